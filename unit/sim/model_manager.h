/* Scylla Manager at http://manager, with one cluster and one task of type repair: its runs are what the story says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "effect.h"

#define MANAGER_ACCESS "\"manager\":{\"url\":\"http://manager\"}"

enum { MANAGER_RUNS_KEPT = 8 };

struct manager_run {
	const char *status;          /* "DONE", "RUNNING", "STOPPED", "ERROR" */
	int64_t start_wall_ms;
};

struct manager {
	const char *cluster_name;    /* NULL: it knows none */
	const char *properties;      /* of the task: "{}" */
	struct manager_run runs[MANAGER_RUNS_KEPT];      /* the last one first */
	size_t nruns;
	size_t asked;                /* requests so far */
};

/* A run begins; what was at work until now has ended so. */
void manager_begin(struct manager *manager, int64_t wall_ms, const char *ended);
void manager_end(struct manager *manager, const char *status);
/* True: it is for the Manager, and answered 200 by 'body'. */
bool manager_serve(struct manager *manager, const struct effect_web *request, struct buf *body);
