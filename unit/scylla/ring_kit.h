/* Rings for tests, put together through the same calls as in life: what nodes answer, as text. */
#pragma once

#include "check.h"

#include "ring.h"

/* A ring of "name@datacenter/rack ..." with everybody up in every view. Member numbers are the words' places. */
struct ring *kit_ring(const char *members);
/* The stock ring of most tests: 3 racks of 2, db-a-1 db-a-2 db-b-1 db-b-2 db-c-1 db-c-2 in dc1. */
struct ring *kit_six(void);
/* Two datacenters whose racks have equal names, 3 racks of 2 each: e-a-1 ... e-c-2 in east, w-a-1 ... w-c-2 in west. */
struct ring *kit_two_datacenters(void);
size_t kit_member(const struct ring *ring, const char *name);

/* Everybody up, NORMAL and gossiping. */
void kit_sweep(struct ring *ring);
void kit_mode(struct ring *ring, const char *name, const char *mode);
void kit_gossip(struct ring *ring, const char *name, bool gossiping);
/* One member's view of another. */
void kit_sees(struct ring *ring, const char *observer, const char *subject, bool up);
/* Its answers are missing. */
void kit_silent(struct ring *ring, const char *name);
/* Silent, and down in every other view. */
void kit_crash(struct ring *ring, const char *name);
/* Drained: it answers, its own view is frozen without itself, and it is down in every other view. */
void kit_drain(struct ring *ring, const char *name);

/* Changes by words: "crash:db-c-2 drain:db-b-1 silent:x mode:x=STARTING deaf:x blind:observer>subject", applied in
 * turn. */
void kit_apply(struct ring *ring, const char *changes);
/* Ranges by words: "db-a-1,db-b-1,db-c-1*24 ...": so many ranges with these replicas. */
void kit_ranges(struct ring *ring, const char *keyspace, bool user, const char *sets);
/* describe_ring's answer for the same words; free() it. */
char *kit_describe(const struct ring *ring, const char *sets);
/* 'nmembers' booleans for names with commas between; free() it. */
bool *kit_held(const struct ring *ring, const char *names);

/* Tables in tablets: of "keyspace.table" these ranges, read in this sweep; the ring learns of keyspace and table by the
 * way, all earlier ones of the kit stay. Motion as kit_moves() said it last. */
void kit_table(struct ring *ring, const char *name, bool user, const char *sets);
/* What moves: "" nothing; "app.users=migration ..."; "?" it is not known. */
void kit_moves(struct ring *ring, const char *tasks);
/* Everybody owns tokens but these, with commas between. */
void kit_owners(struct ring *ring, const char *but);
