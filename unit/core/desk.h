/* The whole core on a desk: events in by hand, and what it has ordered by name. */
#pragma once

#include "core.h"
#include "effect.h"
#include "event.h"

/* A request that the core has made. */
struct desk_request {
	uint64_t id;
	enum effect_kind kind;
	bool open;                /* not answered, not cancelled */
	char *what;               /* "GET /apis/…", "REDIS write uid", "REST GET 10.0.0.1 /path", "HOST 10.0.0.1 …",
				   * "WEB POST https://…", "WEB POST namespace/secret key" */
	char *body;               /* "" without */
	int64_t deadline_ms, not_after_up;
	enum kube_pool pool;
	bool stream;
	int64_t at_up_ms;         /* when it was made */
};

struct desk {
	struct core *core;
	struct instant now;
	struct desk_request *requests;
	size_t nrequests;
	char *log;                /* every line so far */
	int64_t wake_up_ms;
	int exits;                /* how often EFFECT_EXIT was ordered */
};

struct desk desk_open(const struct core_config *config);
void desk_close(struct desk *desk);
void desk_event(struct desk *desk, enum event_kind kind);
/* 'ms' later: every wake that is due comes. */
void desk_pass(struct desk *desk, int64_t ms);
void desk_answer(struct desk *desk, const struct desk_request *request, int status, const char *body);
void desk_fail(struct desk *desk, const struct desk_request *request, enum outcome outcome, const char *error);
void desk_line(struct desk *desk, const struct desk_request *request, const char *line);
/* The newest open request whose text begins so; the first fails the test when there is none. */
struct desk_request *desk_find(struct desk *desk, const char *what);
struct desk_request *desk_look(struct desk *desk, const char *what);
/* How many open ones begin so; and how many there have ever been. */
size_t desk_count(const struct desk *desk, const char *what);
size_t desk_count_all(const struct desk *desk, const char *what);
bool desk_logged(const struct desk *desk, const char *text);
/* All three kinds listed: 'targets', 'workflows' and 'operations' are the items as JSON. */
void desk_sync(struct desk *desk, const char *targets, const char *workflows, const char *operations);
