/* A host's transient units, the files that they write to, and the programs that it has. Of the model's inside. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "breaks.h"
#include "model.h"

struct buf;
struct call;
struct event;
struct node;

enum { SIM_WORDS = 64 };

/* What systemd-run has made. */
struct sim_unit {
	struct sim_unit *next;
	char *name;             /* "strait-x.service" */
	char *words;            /* the command */
	char *file;             /* its standard output, or NULL */
	char *prints;           /* what it will have printed at its end, or NULL */
	bool remains;           /* --remain-after-exit */
	bool ended;
	bool starts_scylla;     /* half-way */
	int status;             /* 0: it succeeds */
	const char *result;
	uint64_t serial;
	char invocation[33];
	enum sim_source source;
};

struct sim_file {
	struct sim_file *next;
	char *path;
	char *text;             /* NULL: a directory */
};

/* Of struct node. */
struct sim_things {
	struct sim_unit *units;
	struct sim_file *files;
	struct sim_salt salt;
	int64_t salt_busy;      /* until then somebody else's highstate runs there */
	uint64_t serial;
};

struct sim_words {
	char *text;
	char *at[SIM_WORDS];
	size_t count;
};

/* model_run.c. False: the command is none of these: systemd-run, systemctl stop and reset-failed of a transient unit, install,
 * rm, tail, dd, ps. */
bool sim_run(struct sim *sim, struct call *call, const char *command);
/* The lines of systemctl show; false: there is no such transient unit. 'properties': ",Id,Job," or "" for all. */
bool sim_run_show(const struct sim *sim, size_t node, const char *properties, const char *unit, struct buf *out);
/* Its time, or half of it, is over. */
void sim_run_due(struct sim *sim, const struct event *event);
/* The host goes down: /run is gone with systemd's memory. */
void sim_runs_forget(struct sim *sim, size_t node);
void sim_runs_free(struct sim *sim);
/* The value of "--unit=x" or "bs=x", or NULL. */
const char *sim_word_value(const struct sim_words *w, const char *key);
/* The call's end; 'error' is given away, NULL: none. */
void sim_end(struct sim *sim, struct call *call, int status, const char *body, size_t len, char *error);
void sim_finish(struct sim *sim, struct call *call, int status, char *error);

/* model_files.c */
struct sim_file **sim_file(struct node *n, const char *path);
void sim_file_drop(struct sim_file **at);
/* 'text' is given away; NULL: a directory. */
void sim_file_add(struct node *n, const char *path, char *text);
/* The directory that it is to be in is there. */
bool sim_file_has_place(struct node *n, const char *path);
void sim_run_tail(struct sim *sim, struct call *call, const struct sim_words *w);
void sim_run_dd(struct sim *sim, struct call *call, const struct sim_words *w);
void sim_run_install(struct sim *sim, struct call *call, const struct sim_words *w);
void sim_run_rm(struct sim *sim, struct call *call, const struct sim_words *w);
void sim_run_ps(struct sim *sim, struct call *call, const struct sim_words *w);

/* model_program.c */
/* What the words of a new unit will do, and in how many ms. */
int64_t sim_program(struct sim *sim, size_t node, struct sim_unit *unit);
bool sim_program_found(const char *path);
