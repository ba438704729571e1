/* I9: an operation that does not move says why, and that is true. An operation moves when its journal does: no act arrives
 * without that. Four times a second of the world's time each one that has not moved for two seconds is asked: what does its
 * status say, as the API server has it, and is that true of the world? A sentence that nobody knows is not, nor is one that
 * gives no reason; and none holds for longer than it takes to see that it has ceased to be true.
 * No fault is found where nobody can tell: while the API server is away for who leads, nobody does, a status is on its
 * way, or has just been refused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api_object;
struct flight;
struct ledger;
struct sim;
struct world;

enum { SILENCE_NODES = 64, SILENCE_CLUSTERS = 6, CLAIM_NODES = 4, CLAIM_WORDS = 4, CLAIM_TEXT = 600 };

struct watched;

/* Of a cluster's nodes: when something went wrong last, as the controllers were told; 0: never. */
struct seen {
	int64_t rest_failed_ms[SILENCE_NODES], host_failed_ms[SILENCE_NODES];
	int64_t down_from_ms[SILENCE_NODES];  /* since when somebody calls the node down; 0: nobody does */
};

/* When something went wrong last, as the controllers were told; 0: never. */
struct silence {
	struct watched *operations;
	size_t noperations;
	int64_t looked_ms, next_ms;
	struct seen seen[SILENCE_CLUSTERS];
	int64_t unanswered_ms;                /* a question to a node or its host */
	int64_t nobody_ms;                    /* one to an address that no node has, or has any more */
	int64_t redis_failed_ms, watch_failed_ms, told_failed_ms, jumped_ms;
	int64_t wall_ahead;                   /* as it was at the last look */
	char wrong[400];                      /* the first fault; "": none */
};

/* What a status says, taken apart. */
struct claim {
	struct world *world;
	struct sim *sim;                      /* of its cluster */
	const struct seen *seen;
	const struct silence *silence;
	unsigned teller;                      /* the life that leads; 0: none */
	const struct api_object *operation;
	const struct ledger *ledger;
	const struct cause *cause;            /* NULL: the sentence is not known */
	const struct cause *beside;           /* what must be true as well; or NULL */
	char text[CLAIM_TEXT];
	bool cut;                             /* the end is not known */
	int lane;                             /* the node it is said of; -1: none */
	int nodes[CLAIM_NODES];               /* named in it */
	char words[CLAIM_WORDS][64];
	size_t nnodes, nwords;
	int minute;                           /* of the day; -1: none is named */
};

struct silence *silence_free(struct silence *silence);
/* Is for each cluster somebody at work who holds its Lease? */
bool silence_is_led(struct world *world);
/* Each time after something has happened. */
void silence_look(struct world *world);
/* A request's completion reaches its process. */
void silence_heard(struct world *world, const struct flight *flight);

/* sentence.c: 'text' by a pattern in which %n is a node's name, %a its address with port, %w a word, %t a time of day, %*
 * anything. What it names is put into the claim. */
bool sentence_match(struct claim *claim, const char *pattern, const char *text);

/* causes.c: find out what is claimed. 'text' is copied. */
void cause_read(struct claim *claim, const char *text);
/* Is it so now, or has it just been? */
bool cause_is_true(const struct claim *claim);
/* Somebody who has a vote calls the node down, or it does so itself. */
bool cause_is_called_down(struct sim *sim, int64_t now, size_t node);
