/* Transcripts as texts: reading them, and writing them anew. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct script_change {
	int64_t after_ms;
	char *key;                /* "db-b-1 /path", "db-b-1 show UNIT", "https://…", "down db-c-1" */
	char *answer;             /* NULL for down, up, seen, unseen */
};

struct script_act {
	char *key;                /* "POST /path", "stop UNIT", "POST https://…" */
	char *answer;
	int64_t after_ms;
	struct script_change *then;
	size_t nthen;
};

struct scenario {
	char *name;
	char *with;               /* JSON members: "service":"x" */
	char *window, *poll;
	int64_t timeout_ms, retries, backoff_ms;
	bool gate, cluster_step;
	bool manager;             /* Scylla Manager is at http://manager */
	bool unknowable;          /* nothing tells of an act whether it arrived: then it may end otherwise */
	char *holds;              /* or NULL */
	struct script_change *changes;
	size_t nchanges;
	struct script_act *acts;
	size_t nacts;
	char *source;             /* the lines up to "---" */
	char *expected;           /* the lines after it */
};

struct script {
	char *head;               /* what stands before the first scenario */
	struct scenario *list;
	size_t count;
};

/* The node that node steps are bound to. */
#define SCRIPT_NODE "db-b-1"

struct script script_read(const char *path);
void script_done(struct script *script);
/* A whole file, owned; NULL when there is none. */
char *script_file(const char *path);
void script_rewrite(const char *path, const char *text);
/* STRAIT_GOLDEN=update is set. */
bool script_updates(void);
