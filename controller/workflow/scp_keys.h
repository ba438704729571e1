/* The words of SCP's YAML beside what the structured form calls them: one row each, for both ways. A construct of the
 * language that has a row here can be written in either form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where a word stands. */
enum scp_place {
	SCP_DOCUMENT = 1 << 0,
	SCP_TASK = 1 << 1,               /* beside task: !some-type */
	SCP_CONDITION = 1 << 2,          /* beside condition: */
	SCP_WAIT = 1 << 3,               /* beside task: !wait-for-conditions */
	SCP_ROLL = 1 << 4,               /* under !node-workflow */
	SCP_CANARY = 1 << 5,
	SCP_APPROVAL = 1 << 6,           /* under !approval */
	SCP_APPROVED = 1 << 7,           /* beside it, and beside !workflow */
	SCP_NESTED = 1 << 8,             /* under !workflow; in the structured form beside it */
	SCP_BATCH = 1 << 9,
};

enum scp_kind {
	SCP_APART,       /* what has a place of its own in the object */
	SCP_PLAIN,       /* as it is: a text for readers, a number, a list of declarations */
	SCP_TEXT,        /* with +variables+ in it */
	SCP_SECONDS,     /* a number of seconds; its twin without _seconds takes a duration */
	SCP_TASKS,       /* a list of tasks */
	SCP_OBJECT,      /* an object's name: add_nodes is add-nodes */
	SCP_MEMBERS,     /* a mapping, whose words are those of 'inside' */
};

struct scp_key {
	const char *name, *structured;
	unsigned places;
	enum scp_kind kind;
	enum scp_place inside;
};

/* NULL: there is none of that name there. */
const struct scp_key *scp_key(unsigned places, const char *name);
/* How what the structured form calls so is written here; 'text' is its value, when that is a text, else NULL. */
const struct scp_key *scp_key_for(enum scp_place place, const char *structured, const char *text);
/* All of a place: from 0, NULL after the last. */
const struct scp_key *scp_key_at(enum scp_place place, size_t number);

/* A tag that is no type but a construct of the language. */
struct scp_form {
	const char *tag, *structured;
	unsigned under, beside;          /* where the words under the tag and beside it stand; 0: none may */
	bool of_cluster;                 /* only under cluster_tasks */
};

const struct scp_form *scp_form(const char *tag);
const struct scp_form *scp_form_at(size_t number);      /* NULL after the last */
