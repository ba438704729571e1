/* One Lease of the API server, held or competed for. Rules: kubernetes.md §1.9: another holder's lease is over when it
 * has not changed for its duration on our own clock; ours is valid for the renew deadline after the last renewal that
 * succeeded was *sent*. Which Leases there are and what they stand for: shards.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timer.h"

struct core;
struct cJSON;

#define LEASES_PATH "/apis/coordination.k8s.io/v1/namespaces/%s/leases"
/* On every Lease of ours: the value of --lease-name, so that one watch sees them all. */
#define LEASE_LABEL "strait.dev/lease"
/* On a replica's sign of life: into how many shards it divides the fleet. */
#define LEASE_LABEL_SHARDS "strait.dev/shards"

struct lease {
	char *name;               /* owned */
	size_t shard;             /* whose clusters it stands for */
	bool presence;            /* a replica's sign of life instead: nobody else competes for it */
	char shards[8];           /* ... and what it says */
	bool wanted;              /* compete for it, and keep it */
	int64_t unwanted_up_ms;   /* since when it is not */
	bool held;                /* ours; acts leave only while it is valid besides */
	char *record;             /* the last seen holder, renewTime and version, as one text to compare */
	char *version;            /* resourceVersion; NULL: there is no Lease */
	char *holder;
	char *uid;                /* of the object as last seen; "" unknown */
	char *kept;               /* what of it is not ours, as JSON; with its metadata */
	int64_t seen_up_ms;       /* when the record last changed, on our clock */
	int64_t duration_ms;      /* its holder's */
	int64_t transitions;
	int64_t acquired_wall_ms;
	int64_t renewed_up_ms;    /* when our last good renewal was sent */
	int64_t sent_up_ms;
	uint64_t request;
	unsigned failures;        /* writes in a row that may have met another's: it is read before the next one */
	char *problem;            /* what was last said to go wrong; NULL: nothing */
	struct timer timer;
	bool releasing;
};

/* 'name' is taken over. */
void lease_open(struct lease *lease, char *name, size_t shard);
/* From now on compete for it, or not any more; one that is held is kept until lease_release(). */
void lease_want(struct core *core, struct lease *lease, bool wanted);
/* A watch has seen it. */
void lease_seen(struct core *core, struct lease *lease, const struct cJSON *object);
/* Until when acts may leave on its strength. */
int64_t lease_valid_until(const struct core *core, const struct lease *lease);
/* Nobody holds it any more, by our clock. */
bool lease_is_over(const struct core *core, const struct lease *lease);
/* Give it up, after all guarded work has stopped; shards_released() is called when that is answered. */
void lease_release(struct core *core, struct lease *lease);
void lease_close(struct core *core, struct lease *lease);

/* lease_write.c */
/* Remember what of the object is not ours. */
void lease_keep(struct lease *lease, const struct cJSON *object);
/* The object as we write it, owned. 'ours': we are its holder already; 'release': give it up. */
char *lease_body(const struct core *core, const struct lease *lease, bool ours, bool release);
