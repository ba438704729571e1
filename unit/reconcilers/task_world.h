/* The world of a scenario: what nodes and hosts answer at each moment. */
#pragma once

#include "event.h"
#include "small.h"
#include "task_script.h"

struct world_fact {
	char *key, *answer;
};

struct world_due {
	int64_t at_ms;
	const struct script_change *change;
};

struct world {
	const struct scenario *scenario;
	struct world_fact *facts;
	size_t nfacts;
	bool down[SMALL_NODES], unseen[SMALL_NODES];
	struct world_due *due;
	size_t ndue;
};

/* An answer; the texts are owned. */
struct reply {
	enum outcome outcome;
	int status;
	char *body, *error;
	int retry_after_ms;
};

struct world world_new(const struct scenario *scenario);
void world_done(struct world *world);
/* Everything that is due by then has happened. */
void world_advance(struct world *world, int64_t now_ms);
/* When the next change happens; INT64_MAX: never. */
int64_t world_next(const struct world *world);
/* The act has arrived: what it does. */
void world_apply(struct world *world, const struct script_act *act, int64_t now_ms);
/* 'what' is a path, or "show UNIT". */
struct reply world_answer(const struct world *world, int node, const char *what);
/* The API server's, about a path. */
struct reply world_api_answer(const struct world *world, const char *path);
struct reply world_web(const struct world *world, const char *url);
/* The answer that a script's words mean: "200 body", "429 retry-after 7 body", "refused why", … */
struct reply world_reply(const char *words);
void reply_done(struct reply *reply);
int world_node(const char *name);
