/* One act: from the intent in the journal to its outcome. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "reconciler.h"
#include "remember.h"

struct core;
struct op;
struct step;

enum { ANSWER_KEPT = BUF_MAX_ACT_ANSWER, ACTS_MAX = 8 };

/* One act of a step's attempt. Persistent: label, state, status, answer. */
struct act_record {
	char label[MEMORY_KEY];
	struct act view;              /* what the author sees; 'answer' owned here */
	enum act_kind kind;
	char channel;                 /* 'r' REST, 'h' host, 'w' web, 'k' the API server */
	char *target;                 /* path; "verb unit"; a host command's words; "METHOD URL"; "PATCH /path" */
	char *headers, *body;         /* of 'w', as the last pass wants them; not persistent */
	bool upkeep;                  /* our own housekeeping on the host: nothing that the gate guards */
	bool first_start;             /* with its intent the lane has 'up_act' */
	uint64_t request;             /* while SENT */
	uint64_t ticket;              /* the journal batch that holds the intent */
	int64_t settled_up_ms;        /* UNKNOWN: nothing of it arrives after this */
	int64_t durable_up_ms;        /* when the intent was acknowledged; -1: not yet */
	bool fresh;                   /* asked for in this very pass */
	bool seen;                    /* NOT_SENT, and the author has been told */
	bool resend;                  /* UNKNOWN and settled, and the author still asks for it */
};

struct act_record *act_find(struct step *step, const char *label);
/* The one whose view an author holds; NULL: none of this step. */
struct act_record *act_of(struct step *step, const struct act *view);
/* A new one; NULL when the step has ACTS_MAX already. Records stay where they are: authors hold them. */
struct act_record *act_add(struct step *step, const char *label);
/* After a pass: carry every act one state on. True when something has changed that the author must see. */
bool acts_run(struct core *core, struct op *op, struct step *step);
/* The author asks for one that has not been intended yet. */
bool acts_wanted(const struct step *step);
void acts_resume(struct core *core, struct step *step);
void acts_clear(struct core *core, struct step *step);

/* act_not_sent.c */
/* It has surely never left: if nothing else of the step has, its node is no more held down or touched than before. */
void act_not_sent(struct core *core, struct step *step, struct act_record *act);
/* The attempt ends: what waits for Redis or the gate leaves no more. Its caller journals the step. */
void acts_drop_intents(struct core *core, struct step *step);
/* It has arrived, or may have: what it has made of its node stands. */
void act_arrived(struct step *step, const struct act_record *act);

/* act_state.c */
const char *act_state_name(enum act_state state);
int act_state_parse(const char *text);
/* One is intended, or has left, and is not known to have come to anything. */
bool acts_in_flight(const struct step *step);
/* ... or is unknown and must arrive only once: the step cannot end. */
bool acts_unresolved(const struct step *step);
/* One that has left, and the time within which it arrives or never does is not over; NULL: there is none. */
const struct act_record *acts_may_arrive(const struct step *step);

/* act_unknown.c */
/* True: one that must arrive only once is unknown; which, and whom it went to. */
bool act_explain_unknown(const struct step *step, char *text, size_t size);
