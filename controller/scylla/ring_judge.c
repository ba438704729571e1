/* Who is up, and whose word counts. Every doubt is resolved against the act: what is unknown is closed. */
#include "ring.h"

#include <string.h>

#include "alloc.h"
#include "ring_private.h"

static bool
calls_up(const struct ring *ring, size_t observer, size_t subject)
{
	return ring->up[observer * ring->nmembers + subject];
}

bool
ring_votes(const struct ring *ring, size_t member)
{
	const struct ring_member *m;

	if (member >= ring->nmembers)
		return false;
	m = &ring->members[member];
	return m->answered && m->gossiping && !strcmp(m->mode, "NORMAL");
}

bool
ring_in_set(const bool *held, int candidate, size_t member)
{
	return (held && held[member]) || (candidate >= 0 && (size_t)candidate == member);
}

/* How the voting views see one member, but for that of 'without'. */
struct views {
	size_t up, down;
	size_t first_up, first_down;    /* who says so */
};

static struct views
views_of(const struct ring *ring, size_t member, size_t without)
{
	struct views views = {0};

	for (size_t observer = 0; observer < ring->nmembers; observer++) {
		if (observer == without || !ring_votes(ring, observer))
			continue;
		if (calls_up(ring, observer, member)) {
			if (views.up++ == 0)
				views.first_up = observer;
		} else if (views.down++ == 0) {
			views.first_down = observer;
		}
	}
	return views;
}

/* A member whose view is missing though it may be alive: a voting view calls it up and it has not answered. Returns
 * nmembers when there is none. Views of members in the set are not missed. */
static size_t
find_silent(const struct ring *ring, const bool *held, int candidate, size_t without)
{
	size_t i;

	for (i = 0; i < ring->nmembers; i++) {
		if (!ring->members[i].answered && !ring_in_set(held, candidate, i) && views_of(ring, i, without).up > 0)
			break;
	}
	return i;
}

static void
say_down(const struct ring *ring, size_t member, const struct views *views, struct err *why)
{
	const char *name = ring->members[member].name;
	const char *observer = ring->members[views->first_down].name;
	char since[RING_SINCE];
	const char *word = ring_since(ring, member, since)[0] ? " since " : "";

	if (views->down == 1)
		err_set(why, "%s is down%s%s, as %s sees it", name, word, since, observer);
	else
		err_set(why, "%s is down%s%s, as %s and %zu more see it", name, word, since, observer, views->down - 1);
}

/* Of one whose word is missing: a node that talks rubbish is looked for elsewhere than one that is silent. */
static const char *
word_of_silence(const struct ring_member *member)
{
	return member->garbled ? "answers what cannot be read" : "does not answer";
}

/* What the member's own answers say against it; false when they say nothing. */
static bool
says_not_serving(const struct ring *ring, size_t member, struct err *why)
{
	const struct ring_member *m = &ring->members[member];

	if (!m->answered)
		return false;
	if (strcmp(m->mode, "NORMAL"))
		err_set(why, "%s is %s, as it says itself", m->name, m->mode);
	else if (!m->gossiping)
		err_set(why, "%s does not gossip, though its mode is NORMAL", m->name);
	else
		return false;
	return true;
}

bool
ring_is_up(const struct ring *ring, size_t member, struct err *why)
{
	struct views views;

	if (member >= ring->nmembers)
		return err_set(why, "the node is no member of the ring") == 0;
	views = views_of(ring, member, ring->nmembers);
	if (says_not_serving(ring, member, why))
		return false;
	if (views.down > 0) {
		say_down(ring, member, &views, why);
		return false;
	}
	if (!ring->members[member].answered)
		return err_set(why, "%s %s", ring->members[member].name, word_of_silence(&ring->members[member])) == 0;
	if (ring->nmembers > 1 && views.up < 2)
		return err_set(why, "%s is alone with its view, no other member's is known",
		    ring->members[member].name) == 0;
	return true;
}

bool
ring_is_called_down(const struct ring *ring, size_t member)
{
	return says_not_serving(ring, member, NULL) || views_of(ring, member, ring->nmembers).down > 0;
}

bool
ring_is_down_everywhere(const struct ring *ring, size_t member)
{
	struct views views;

	if (member >= ring->nmembers)
		return false;
	if (ring->members[member].answered && !strcmp(ring->members[member].mode, "DRAINED"))
		return true;
	views = views_of(ring, member, member);
	return views.up == 0 && views.down > 0 &&
	    find_silent(ring, NULL, (int)member, member) == ring->nmembers;
}

/* Who is seen by few may be cut off, and know of old times alone. */
bool
ring_is_witness(const struct ring *ring, size_t member)
{
	struct views own = views_of(ring, member, ring->nmembers);
	bool any = false;

	if (ring_votes(ring, member) && own.down == 0)
		return true;
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (!ring_votes(ring, i))
			continue;
		any = true;
		if (!ring_votes(ring, member) || views_of(ring, i, ring->nmembers).up > own.up)
			return false;
	}
	return !any || ring_votes(ring, member);
}

size_t
ring_find_witness(const struct ring *ring, size_t first)
{
	for (size_t i = 0; i < ring->nmembers; i++)
		if (ring_is_witness(ring, (first + i) % ring->nmembers))
			return (first + i) % ring->nmembers;
	return ring->nmembers;
}

bool
ring_is_returning(const struct ring *ring, size_t member)
{
	static const char *const booting[] = {"STARTING", "JOINING", "BOOTSTRAP"};
	const struct ring_member *m = &ring->members[member];

	for (size_t i = 0; m->answered && i < ARRAY_LEN(booting); i++)
		if (strcmp(m->mode, booting[i]) == 0)
			return true;
	return ring_votes(ring, member);
}

bool
ring_is_out(const struct ring *ring, size_t member)
{
	return ring_is_down_everywhere(ring, member) && !ring_is_returning(ring, member);
}

/* Whose view does not vote: that of a candidate which is cut off from all others, as they say. */
static size_t
without_vote(const struct ring *ring, int candidate)
{
	bool cut_off = candidate >= 0 && ring_is_down_everywhere(ring, (size_t)candidate);

	return cut_off ? (size_t)candidate : ring->nmembers;
}

bool
ring_is_heard(const struct ring *ring, const bool *held, int candidate, struct err *why)
{
	size_t without = without_vote(ring, candidate);
	size_t silent = find_silent(ring, held, candidate, without);

	if (silent == ring->nmembers)
		return true;
	err_set(why, "%s %s, though %s calls it up: its view is unknown", ring->members[silent].name,
	    word_of_silence(&ring->members[silent]), ring->members[views_of(ring, silent, without).first_up].name);
	return false;
}

static bool
has_voter(const struct ring *ring, const bool *held, int candidate)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (!ring_in_set(held, candidate, i) && ring_votes(ring, i))
			return true;
	}
	return false;
}

bool
ring_judge_views(const struct ring *ring, const bool *held, int candidate, uint8_t *gone, struct err *why)
{
	size_t without = without_vote(ring, candidate);

	if (ring->nmembers == 0 || candidate >= (int)ring->nmembers)
		return err_set(why, "the members of the ring are not known") == 0;
	if (!has_voter(ring, held, candidate))
		return err_set(why, "no member's view is known, none that stays answers, gossips and is NORMAL") == 0;
	if (!ring_is_heard(ring, held, candidate, why))
		return false;
	for (size_t i = 0; i < ring->nmembers; i++)
		gone[i] = ring_in_set(held, candidate, i) || !ring_votes(ring, i) ||
		    views_of(ring, i, without).down > 0;
	return true;
}

/* The member outside the set that most views call down: a cut off member calls everybody so, and is called so by all.
 * One that only says itself that it is not serving comes last. nmembers: none. */
static size_t
find_stranger(const struct ring *ring, const bool *held, int candidate, const uint8_t *gone)
{
	size_t without = without_vote(ring, candidate);
	size_t found = ring->nmembers, most = 0;

	for (size_t i = 0; i < ring->nmembers; i++) {
		size_t down;

		if (!gone[i] || ring_in_set(held, candidate, i))
			continue;
		down = views_of(ring, i, without).down;
		if (found == ring->nmembers || down > most) {
			found = i;
			most = down;
		}
	}
	return found;
}

int
ring_stranger(const struct ring *ring, const bool *held, int candidate)
{
	CLEANUP_FREE uint8_t *gone = xcalloc(ring->nmembers + 1, 1);
	size_t without = without_vote(ring, candidate);
	size_t stranger;

	if (ring_judge_views(ring, held, candidate, gone, NULL))
		stranger = find_stranger(ring, held, candidate, gone);
	else
		stranger = find_silent(ring, held, candidate, without);
	return stranger < ring->nmembers ? (int)stranger : -1;
}

bool
ring_normal(const struct ring *ring, const bool *held, int candidate, struct err *why)
{
	CLEANUP_FREE uint8_t *gone = xcalloc(ring->nmembers + 1, 1);
	struct views views;
	size_t stranger;

	if (!ring_judge_views(ring, held, candidate, gone, why))
		return false;
	stranger = find_stranger(ring, held, candidate, gone);
	if (stranger == ring->nmembers)
		return true;
	views = views_of(ring, stranger, without_vote(ring, candidate));
	if (views.down > 0)
		say_down(ring, stranger, &views, why);
	else
		says_not_serving(ring, stranger, why);
	return false;
}
