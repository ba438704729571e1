/* What the API server has: LIST in pages, then WATCH, one state machine per kind. Nothing is judged until all
 * kinds are synced. Rules: kubernetes.md §1.4, §1.5: a broken watch is opened again from the last resourceVersion;
 * 410 lists anew; a refused connection keeps the version and backs off. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "timer.h"

struct core;
struct event;
struct informer;

/* What a kind does with its objects. 'owner' is whose Secret it is, NULL for the three kinds. */
struct informer_kind {
	const char *plural;      /* "clusteroperations"; "secrets" */
	bool secret;             /* only the keys' names get here */
	const struct json_cut *cuts;    /* members of metadata, spec and status of which no tree is made; NULL: INFORMER_CUTS */
	void (*seen)(struct core *core, void *owner, const struct cJSON *object, uint64_t round);
	/* Whatever was not seen in list 'round' is gone. */
	void (*swept)(struct core *core, void *owner, uint64_t round);
	void (*gone)(struct core *core, void *owner, const struct cJSON *object);
};

/* Nobody reads them, and they are as large as the rest. */
#define INFORMER_CUTS {.key = "managedFields"}

enum informer_state { INFORMER_IDLE, INFORMER_LISTING, INFORMER_WATCHING, INFORMER_WAITING };

struct informer {
	const struct informer_kind *kind;
	void *owner;
	char *path;              /* without query */
	char *selector;          /* "fieldSelector=…" or "labelSelector=…", its value encoded; NULL: none */
	bool secret;
	enum informer_state state;
	bool synced;             /* one whole list has been read */
	char *version;           /* resourceVersion to watch from; NULL: list */
	char *page;              /* continue token */
	uint64_t round;          /* of the list that is being read */
	uint64_t request;
	struct timer retry;
	unsigned failures;
	int64_t listed_up_ms;    /* when the last list was begun */
	int64_t opened_up_ms;
	bool heard;              /* the open watch has said something */
	bool unreached;          /* it waits because nobody answered */
	int64_t failed_up_ms;    /* since when */
	char problem[300];       /* why it is not synced; "" */
};

enum { INFORMER_TARGETS, INFORMER_WORKFLOWS, INFORMER_OPERATIONS, INFORMER_KINDS };

/* The CRDs' versions against this build's. */
struct schemas {
	unsigned asked;          /* still without an answer */
	bool found;              /* a wrong one, in this round */
	bool wrong;              /* since one was found, until a whole round finds none */
	struct timer again;
};

struct informers {
	struct informer kinds[INFORMER_KINDS];
	struct schemas schemas;
};

void informers_start(struct core *core);
bool informers_synced(const struct core *core);
/* The API server answers: no kind is waiting to try again, nor being listed. */
bool informers_connected(const struct core *core);
/* It has just answered something else: kinds that wait because it did not answer try again, once a second at most. */
void informers_reached(struct core *core);
void informers_done(struct core *core);
/* schema.c: compare the CRDs; until they fit nothing is judged, and they are looked at again. */
void schemas_compare(struct core *core);
/* One Secret, by name; its owner is told through 'kind'. */
void informer_open(struct core *core, struct informer *informer, const struct informer_kind *kind, void *owner,
    const char *path, const char *selector);
void informer_close(struct core *core, struct informer *informer);
