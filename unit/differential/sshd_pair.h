/* ssh as the simulation has it (unit/sim/model_ssh), and io's own client with a real sshd: the same befalls both, and what
 * is heard of each command is compared, and whether it ran in truth: the real host writes down what it runs. */
#pragma once

#include "model_ssh.h"
#include "ssh_kit.h"

enum { SSHD_COMMANDS_MAX = 20000 };

enum { SSHD_NEVER_RAN, SSHD_RAN, SSHD_MAY_HAVE_RUN };

struct sshd_pair {
	struct ssh_fixture *real;
	pid_t session;                   /* sshd's process of the connection that is kept; 0: none */
	enum ssh_host host;              /* of both */
	struct ssh_line line;            /* the model's */
	int64_t now;                     /* its clock */
	unsigned number;                 /* of the last command */
	unsigned char ran[SSHD_COMMANDS_MAX];    /* by number: the model's log */
	char doing[256];                 /* the step, for a failure's text */
	size_t heard[5], of_several, none;
};

/* A command under way. */
struct sshd_command {
	unsigned number;
	struct ssh_run *run;
	struct kit_answer answer;        /* the real one's */
};

struct sshd_pair *sshd_open(struct ssh_fixture *real);
void sshd_close(struct sshd_pair *pair);

/* The host becomes so; SSH_GONE is nothing that can be done here. 'other_key': DENIES because the host has another key,
 * not because ours is refused. */
void sshd_host(struct sshd_pair *pair, enum ssh_host host, bool other_key);
/* The connection that is kept ends, at our end or at the host's. */
void sshd_cut(struct sshd_pair *pair, bool ours);

/* What the next command prints, on the real host. */
void sshd_says(struct sshd_pair *pair, const struct ssh_said *said);
/* Begin the real one. 'verb': "run"; "held" prints nothing until sshd_let_go(). */
void sshd_begin(struct sshd_pair *pair, struct sshd_command *command, const char *verb, int64_t deadline_ms,
    int64_t not_after_up);
void sshd_await_start(struct sshd_pair *pair, const struct sshd_command *command);
void sshd_let_go(struct sshd_pair *pair, const struct sshd_command *command);
/* The real one's end has come; it must be this one, and have run or not. 'end' is over afterwards. */
void sshd_compare(struct sshd_pair *pair, struct sshd_command *command, struct ssh_end *end, const char *body, bool ran);
/* It must be one of those. 'ran': to each. */
void sshd_compare_any(struct sshd_pair *pair, struct sshd_command *command, struct ssh_end *ends, const bool *ran,
    size_t count);
/* It was cancelled: nothing may be heard. */
void sshd_compare_none(struct sshd_pair *pair, struct sshd_command *command, bool ran);
/* Whether a command ran, on the real host. */
bool sshd_really_ran(const struct sshd_pair *pair, unsigned number);
/* Both logs whole, once more: nothing may have run later. */
void sshd_compare_logs(const struct sshd_pair *pair);
