#include "sshd_pair.h"

#include <signal.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"

/* What sshd runs whatever is asked for: it writes the command down, and answers what the test has put beside it. */
static const char forced[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\"\n"
    "set -- $SSH_ORIGINAL_COMMAND\n"
    "echo \"$2\" >>ran\n"
    "case $1 in\n"
    "run) cat out; cat err >&2; test -e signal && kill -9 $$; exit \"$(cat status)\" ;;\n"
    "held) for i in $(seq 1000); do test -e \"go-$2\" && break; sleep 0.02; done ;;\n"
    "esac\n";

enum { CONNECT_MS = 4000, IDLE_MS = 600000, PATIENCE_MS = 20000, LOOK_MS = 5, LOOKS = 2000 };

static const char *
name_of(int outcome)
{
	static const char *const names[] = {"answered", "refused", "not sent", "timeout", "broken"};

	return (size_t)outcome < ARRAY_LEN(names) ? names[outcome] : "?";
}

_Static_assert((int)IO_ANSWERED == OUTCOME_ANSWERED && (int)IO_REFUSED == OUTCOME_REFUSED &&
    (int)IO_NOT_SENT == OUTCOME_NOT_SENT && (int)IO_TIMEOUT == OUTCOME_TIMEOUT && (int)IO_BROKEN == OUTCOME_BROKEN,
    "enum io_outcome and enum outcome are the same list");

struct sshd_pair *
sshd_open(struct ssh_fixture *real)
{
	struct sshd_pair *pair = xcalloc(1, sizeof *pair);
	CLEANUP_FREE char *self = realpath((const char *)getauxval(AT_EXECFN), NULL);

	pair->real = real;
	pair->now = 1;
	ssh_free(real->ssh);
	/* Connections are kept until something befalls them. */
	real->ssh = ssh_new(&real->loop, &(struct ssh_config){.runtime_dir = real->directory, .self = self,
	    .connect_ms = CONNECT_MS, .idle_ms = IDLE_MS});
	kit_write(real->directory, "forced", forced, 0755);
	kit_write(real->directory, "ran", "", 0600);
	ssh_kit_shell(real, "cd $0 && cp host host.good && cp other host.bad");
	return pair;
}

void
sshd_close(struct sshd_pair *pair)
{
	if (pair->host == SSH_SILENT)
		sshd_host(pair, SSH_LISTENS, false);
	free(pair);
}

/* --- what befalls the host and the connection --- */

static void
signal_host(const struct sshd_pair *pair, int number)
{
	if (pair->session)
		kill(pair->session, number);
	if (pair->real->server)
		kill(pair->real->server, number);
}

static void
stop_listening(struct sshd_pair *pair)
{
	if (pair->real->server)
		kit_stop(pair->real->server);
	pair->real->server = 0;
}

static void
listen_again(struct sshd_pair *pair)
{
	stop_listening(pair);
	ssh_kit_server(pair->real);
}

void
sshd_host(struct sshd_pair *pair, enum ssh_host host, bool other_key)
{
	CHECK(host != SSH_GONE);
	if (pair->host == SSH_SILENT) {
		signal_host(pair, SIGCONT);
		/* One that is being made would come to be now, and the model would not know of it. */
		if (!pair->line.up)
			sshd_cut(pair, true);
	}
	ssh_kit_shell(pair->real, host == SSH_DENIES && other_key ? "cp $0/host.bad $0/host" : "cp $0/host.good $0/host");
	ssh_kit_shell(pair->real, host == SSH_DENIES && !other_key ? "cp $0/other.pub $0/authorized" :
	    "cp $0/key.pub $0/authorized");
	/* A listener that goes leaves the connections that there are. */
	if (!pair->real->server || other_key || pair->host == SSH_DENIES)
		listen_again(pair);
	if (host == SSH_DENIES && !other_key && pair->number % 2)
		stop_listening(pair);
	if (host == SSH_SILENT)
		signal_host(pair, SIGSTOP);
	pair->host = host;
}

/* What is kept of it is not used any more. */
static void
await_end_of_master(struct sshd_pair *pair)
{
	for (int i = 0; i < LOOKS && ssh_kit_master(getpid()); i++)
		kit_sleep(&pair->real->loop, LOOK_MS);
	CHECK_INT(ssh_kit_master(getpid()), 0);
	for (int i = 0; i < LOOKS && pair->session && ssh_kit_alive(pair->session); i++)
		kit_sleep(&pair->real->loop, LOOK_MS);
	/* They have ended; the loop must have heard so. */
	kit_sleep(&pair->real->loop, LOOK_MS);
	pair->session = 0;
}

void
sshd_cut(struct sshd_pair *pair, bool ours)
{
	pid_t master = ssh_kit_master(getpid());

	if (master && (ours || !pair->session))
		kill(master, SIGKILL);
	/* A process that stands still does not notice. */
	if (pair->session && (!ours || pair->host == SSH_SILENT))
		kill(pair->session, SIGKILL);
	await_end_of_master(pair);
	pair->line.up = false;
}

/* --- commands --- */

static void
write_out(const struct sshd_pair *pair, const char *name, const char *bytes, size_t len)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s", pair->real->directory, name);
	FILE *file = fopen(path, "w");

	CHECK(file && fwrite(bytes, 1, len, file) == len);
	fclose(file);
}

void
sshd_says(struct sshd_pair *pair, const struct ssh_said *said)
{
	CLEANUP_FREE char *status = xasprintf("%d\n", said->status);

	write_out(pair, "out", said->body, said->len);
	write_out(pair, "err", said->error, strlen(said->error));
	write_out(pair, "status", status, strlen(status));
	ssh_kit_shell(pair->real, said->status == SSH_SIGNALLED ? ": >$0/signal" : "rm -f $0/signal");
}

void
sshd_begin(struct sshd_pair *pair, struct sshd_command *command, const char *verb, int64_t deadline_ms,
    int64_t not_after_up)
{
	struct ssh_fixture *f = pair->real;
	CLEANUP_FREE char *word = xstrdup(verb), *number = xasprintf("%u", ++pair->number);

	CHECK(pair->number < SSHD_COMMANDS_MAX);
	*command = (struct sshd_command){.number = pair->number};
	command->run = ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = f->user,
	    .secret = "default/ops-ssh", .key = f->key, .known_hosts = f->known_hosts,
	    .args = (char *const[]){word, number, NULL}, .deadline_ms = deadline_ms, .not_after_up = not_after_up,
	    .done = kit_done, .user_data = &command->answer});
}

bool
sshd_really_ran(const struct sshd_pair *pair, unsigned number)
{
	CLEANUP_FREE char *path = xasprintf("%s/ran", pair->real->directory);
	FILE *file = fopen(path, "r");
	unsigned one, count = 0;

	CHECK(file != NULL);
	while (fscanf(file, "%u", &one) == 1)
		count += one == number;
	fclose(file);
	if (count > 1)
		CHECK_FAIL("command %u ran %u times", number, count);
	return count == 1;
}

void
sshd_await_start(struct sshd_pair *pair, const struct sshd_command *command)
{
	for (int i = 0; i < LOOKS && !sshd_really_ran(pair, command->number); i++)
		kit_sleep(&pair->real->loop, LOOK_MS);
	CHECK(sshd_really_ran(pair, command->number));
}

void
sshd_let_go(struct sshd_pair *pair, const struct sshd_command *command)
{
	CLEANUP_FREE char *name = xasprintf("go-%u", command->number);

	kit_write(pair->real->directory, name, "", 0600);
}

/* --- compared --- */

/* The real one's end; the connection that it made, if it did, is known from now on. */
static void
await(struct sshd_pair *pair, struct sshd_command *command)
{
	CHECK(kit_until(&pair->real->loop, &command->answer.count, 1, PATIENCE_MS));
	CHECK_INT(command->answer.count, 1);
	pair->now += 10;
	pair->heard[command->answer.outcome]++;
	if (!pair->session && pair->real->server && ssh_kit_master(getpid()))
		pair->session = ssh_kit_session(pair->real);
}

static void
check_text(const struct sshd_pair *pair, const struct kit_answer *answer)
{
	CLEANUP_FREE char *place = xasprintf("ssh %s@127.0.0.1:%d: ", pair->real->user, pair->real->port);

	if (answer->outcome == IO_ANSWERED || answer->outcome == IO_NOT_SENT)
		return;
	CHECK_CONTAINS(answer->error, place);
	CHECK(strlen(answer->error) < 1000);
}

void
sshd_compare(struct sshd_pair *pair, struct sshd_command *command, struct ssh_end *end, const char *body, bool ran)
{
	const struct kit_answer *a = &command->answer;

	await(pair, command);
	if ((int)a->outcome != (int)end->outcome)
		CHECK_FAIL("command %u, %s: model %s, sshd %s: %s", command->number, pair->doing, name_of((int)end->outcome),
		    name_of((int)a->outcome), a->error ? a->error : "");
	if (sshd_really_ran(pair, command->number) != ran)
		CHECK_FAIL("command %u, %s: %s; the model %s it", command->number, pair->doing, name_of((int)a->outcome),
		    ran ? "ran" : "did not run");
	if (end->outcome == OUTCOME_ANSWERED) {
		CHECK_INT(a->status, end->status);
		CHECK_TEXT(a->error, end->error);
		CHECK_INT(a->body ? strlen(a->body) : 0, end->len);
		CHECK(!a->body || memcmp(a->body, body, end->len) == 0);
	}
	check_text(pair, a);
	pair->ran[command->number] = ran;
	ssh_end_done(end);
	kit_free(&command->answer);
}

void
sshd_compare_any(struct sshd_pair *pair, struct sshd_command *command, struct ssh_end *ends, const bool *ran,
    size_t count)
{
	bool with[2] = {false, false};

	await(pair, command);
	for (size_t i = 0; i < count; i++) {
		with[ran[i]] |= (int)ends[i].outcome == (int)command->answer.outcome;
		ssh_end_done(&ends[i]);
	}
	/* Where both may be it may still be about to run. */
	if (!with[0] && !with[1])
		CHECK_FAIL("command %u, %s: sshd %s: nothing that the model does: %s", command->number, pair->doing,
		    name_of((int)command->answer.outcome), command->answer.error ? command->answer.error : "");
	if (with[0] != with[1] && sshd_really_ran(pair, command->number) != with[1])
		CHECK_FAIL("command %u, %s: %s; the model %s it", command->number, pair->doing,
		    name_of((int)command->answer.outcome), with[1] ? "ran" : "did not run");
	check_text(pair, &command->answer);
	pair->ran[command->number] = with[0] && with[1] ? SSHD_MAY_HAVE_RUN : with[1] ? SSHD_RAN : SSHD_NEVER_RAN;
	pair->of_several++;
	kit_free(&command->answer);
}

void
sshd_compare_none(struct sshd_pair *pair, struct sshd_command *command, bool ran)
{
	kit_sleep(&pair->real->loop, LOOK_MS);
	CHECK_INT(command->answer.count, 0);
	CHECK_INT(sshd_really_ran(pair, command->number), ran);
	pair->ran[command->number] = ran;
	pair->now += 10;
}

void
sshd_compare_logs(const struct sshd_pair *pair)
{
	for (unsigned i = 1; i <= pair->number; i++) {
		if (pair->ran[i] != SSHD_MAY_HAVE_RUN && sshd_really_ran(pair, i) != (pair->ran[i] == SSHD_RAN))
			CHECK_FAIL("command %u %s after all", i, pair->ran[i] == SSHD_RAN ? "did not run" : "ran");
	}
}
