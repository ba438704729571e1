/* Whatever the nodes answer. The first byte chooses what it is an answer to, the rest is the answer. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char members[] = "[{\"key\":\"10.0.0.1\",\"value\":\"a\"},{\"key\":\"10.0.0.2\",\"value\":\"b\"},"
    "{\"key\":\"10.0.0.3\",\"value\":\"c\"}]";

static void
judge(const struct ring *ring)
{
	struct err why;

	for (int candidate = -1; candidate < (int)ring->nmembers && candidate < 4; candidate++) {
		ring_normal(ring, NULL, candidate, &why);
		ring_quorum_safe(ring, NULL, candidate, NULL, &why);
		ring_stranger(ring, NULL, candidate);
	}
	ring_undecided(ring, NULL, &why);
	ring_fingerprint(ring);
}

static void
sweep(struct ring *ring)
{
	ring_begin_sweep(ring);
	for (size_t i = 0; i < ring->nmembers; i++) {
		ring_set_mode(ring, i, "\"NORMAL\"", 8, NULL);
		ring_set_gossiping(ring, i, "true", 4, NULL);
		ring_set_live(ring, i, "[\"10.0.0.1\",\"10.0.0.2\"]", 23, NULL);
	}
}

static void
take_value(const char *body, size_t len)
{
	char text[32];
	int64_t integer;
	bool boolean;

	scylla_string(body, len, text, sizeof text);
	scylla_integer(body, len, &integer);
	scylla_boolean(body, len, &boolean);
	scylla_strings_free(scylla_strings(body, len));
	scylla_error_class(500, body, len, "drain", text, sizeof text);
}

/* Keyspace "ks" is in tablets, with a table "t": the list of tables, what moves, or the table's ranges. */
static void
take_tablets(struct ring *ring, char what, const char *body, size_t len)
{
	static const char ranges[] = "[{\"endpoints\":[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"]}]";

	ring_set_keyspaces(ring, "[\"ks\"]", 6, "[\"ks\"]", 6, NULL);
	ring_set_tablet_keyspaces(ring, "[\"ks\"]", 6, "[]", 2, NULL);
	ring_set_motion(ring, "[]", 2, NULL);
	ring_set_tables(ring, "[\"ks:t\"]", 8, NULL);
	ring_set_table_ranges(ring, "ks", "t", ranges, sizeof ranges - 1, NULL);
	judge(ring);
	if (what == 'T')
		ring_set_tables(ring, body, len, NULL);
	else if (what == 'M')
		ring_set_motion(ring, body, len, NULL);
	else
		ring_set_table_ranges(ring, "ks", "t", body, len, NULL);
	ring_note_down(ring, 1700000000000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ring *ring = ring_new();
	char what = size > 0 ? (char)data[0] : 'r';
	/* As long as the answer and no longer. */
	size_t len = size > 0 ? size - 1 : 0;
	char *body = malloc(len + (len == 0));

	if (len > 0)
		memcpy(body, data + 1, len);
	ring_set_members(ring, members, sizeof members - 1, NULL, NULL);
	sweep(ring);
	if (what == 'r')
		ring_set_ranges(ring, "ks", true, body, len, NULL);
	else if (what == 'h')
		ring_set_members(ring, body, len, NULL, NULL);
	else if (what == 'l')
		ring_set_live(ring, 0, body, len, NULL);
	else if (what == 'm')
		ring_set_mode(ring, 0, body, len, NULL);
	else if (what == 'k')
		ring_set_keyspaces(ring, body, len, body, len, NULL);
	else if (what == 'j')
		ring_set_joining(ring, body, len, NULL);
	else if (what == 'o')
		ring_set_owners(ring, body, len, NULL);
	else if (what == 't')
		ring_set_tokens(ring, body, len, NULL);
	else if (strchr("TMR", what))
		take_tablets(ring, what, body, len);
	else
		take_value(body, len);
	judge(ring);
	free(body);
	ring_free(ring);
	return 0;
}
