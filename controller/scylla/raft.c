#include "raft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "ring_private.h"
#include "release.h"

enum { VOTERS_MOST = 5, VOTERS_FEWEST = 3 };

enum raft_release
raft_release(const char *version)
{
	if (!scylla_since(version, 6, 0))
		return RAFT_RELEASE_NONE;
	if (!scylla_since(version, 6, 1))
		return RAFT_RELEASE_BLIND;
	return scylla_since(version, 2025, 2) ? RAFT_RELEASE_FULL : RAFT_RELEASE_OPTIONAL;
}

static void
say_problem(struct raft_answer *ret, const char *path, int status, const char *body, size_t len)
{
	char message[120];

	scylla_error_class(status, body, len, "read_barrier", message, sizeof message);
	ret->state = RAFT_SILENT;
	snprintf(ret->problem, sizeof ret->problem, "%.60s: HTTP %d: %s", path, status, message);
}

bool
raft_read_topology(struct raft_answer *ret, int status, const char *body, size_t len)
{
	char word[40];

	if (status == 200 && scylla_string(body, len, word, sizeof word)) {
		ret->state = strcmp(word, "done") ? RAFT_OFF : RAFT_UNASKED;
		return ret->state == RAFT_OFF;
	}
	say_problem(ret, SCYLLA_RAFT_TOPOLOGY, status, body, len);
	return true;
}

void
raft_read_barrier(struct raft_answer *ret, int status, const char *body, size_t len)
{
	if (status != 200) {
		say_problem(ret, "raft/read_barrier", status, body, len);
		return;
	}
	ret->state = RAFT_REACHED;
	ret->problem[0] = '\0';
}

/* --- how many voters may be gone --- */

/* The most voters that one of several groups (datacenters, racks) can have when 'voters' are dealt out evenly, and a
 * small group gets no more than it has members. */
static size_t
most_of_one(const size_t *sizes, size_t ngroups, size_t voters)
{
	size_t level = 0, dealt = 0;

	while (dealt < voters) {
		size_t before = dealt;

		for (size_t i = 0; i < ngroups; i++)
			dealt += sizes[i] > level;
		level++;
		if (dealt == before)
			break;          /* all members vote */
	}
	return level;
}

static bool
same_datacenter(const struct ring_member *a, const struct ring_member *b)
{
	return !strcmp(a->datacenter, b->datacenter);
}

static bool
same_rack(const struct ring_member *a, const struct ring_member *b)
{
	return same_datacenter(a, b) && !strcmp(a->rack, b->rack);
}

typedef bool same_place(const struct ring_member *a, const struct ring_member *b);

/* Each member's place as the number of the first member that is there. */
static void
find_places(const struct ring *ring, same_place *same, size_t *places)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		places[i] = i;
		for (size_t j = 0; j < i; j++)
			if (places[j] == j && same(&ring->members[j], &ring->members[i])) {
				places[i] = j;
				break;
			}
	}
}

/* How many members the places have, for those of the datacenter 'dc', or for all; returns how many places. */
static size_t
count_places(const struct ring *ring, const size_t *places, const size_t *dcs, size_t dc, size_t *sizes)
{
	size_t n = 0;

	for (size_t i = 0; i < ring->nmembers; i++) {
		if (places[i] != i || (dcs && dcs[i] != dc))
			continue;
		sizes[n] = 0;
		for (size_t j = i; j < ring->nmembers; j++)
			sizes[n] += places[j] == i;
		n++;
	}
	return n;
}

static size_t
count_gone(const struct ring *ring, const uint8_t *gone, const size_t *places, size_t place)
{
	size_t n = 0;

	for (size_t i = 0; i < ring->nmembers; i++)
		n += gone[i] && (!places || places[i] == place);
	return n;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* At most so many voters are gone: of each rack no more than it can have, of each datacenter likewise. */
static size_t
worst_gone(const struct ring *ring, const uint8_t *gone, size_t voters)
{
	CLEANUP_FREE size_t *dcs = xcalloc(ring->nmembers + 1, sizeof *dcs);
	CLEANUP_FREE size_t *racks = xcalloc(ring->nmembers + 1, sizeof *racks);
	CLEANUP_FREE size_t *sizes = xcalloc(ring->nmembers + 1, sizeof *sizes);
	size_t of_dc, total = 0;

	find_places(ring, same_datacenter, dcs);
	find_places(ring, same_rack, racks);
	of_dc = most_of_one(sizes, count_places(ring, dcs, NULL, 0, sizes), voters);
	for (size_t dc = 0; dc < ring->nmembers; dc++) {
		size_t of_rack, in_dc = 0;

		if (dcs[dc] != dc)
			continue;
		of_rack = most_of_one(sizes, count_places(ring, racks, dcs, dc, sizes), of_dc);
		for (size_t rack = 0; rack < ring->nmembers; rack++)
			if (racks[rack] == rack && dcs[rack] == dc)
				in_dc += smaller(count_gone(ring, gone, racks, rack), of_rack);
		total += smaller(in_dc, of_dc);
	}
	return smaller(total, voters);
}

bool
raft_quorum_stays(const struct ring *ring, const bool *held, int candidate, const char *version, struct err *said)
{
	CLEANUP_FREE uint8_t *gone = xcalloc(ring->nmembers + 1, 1);
	bool limited = scylla_since(version, 2025, 2);
	size_t voters = limited ? smaller(ring->nmembers, VOTERS_MOST) : ring->nmembers, lost, needed = voters / 2 + 1;
	struct err text = {""};
	bool stays;

	if (!ring_judge_views(ring, held, candidate, gone, said))
		return false;
	lost = limited ? worst_gone(ring, gone, voters) : count_gone(ring, gone, NULL, 0);
	stays = voters < VOTERS_FEWEST || voters - lost >= needed;
	if (voters < VOTERS_FEWEST)
		err_set(&text, "group0 has %zu voters, too few to spare any", voters);
	else if (stays)
		err_set(&text, "group0 keeps at least %zu of %zu voters", voters - lost, voters);
	else
		err_set(&text, "group0 might keep only %zu of %zu voters, %zu are its quorum", voters - lost, voters,
		    needed);
	if (said)
		*said = text;
	return stays;
}
