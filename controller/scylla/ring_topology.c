/* Who owns tokens, who joins and leaves, and by what the slow facts are known to stand. */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "hash.h"
#include "ring_private.h"

/* An array of strings: how many, and a digest of all. */
static int
digest_strings(const char *what, const char *body, size_t len, size_t *ret_count, uint64_t *ret_digest, struct err *err)
{
	uint64_t digest = HASH_SEED;
	size_t count = 0;
	struct scan s;

	scan_init(&s, body, len);
	for (bool first = scan_open(&s, '['); scan_more(&s, ']', &first);) {
		struct span text = scan_string(&s);

		digest = hash_u64(hash_bytes(digest, text.text, text.len), text.len);
		count++;
	}
	if (scan_done(&s, what, err) < 0)
		return -1;
	*ret_count = count;
	*ret_digest = digest;
	return 0;
}

int
ring_set_tokens(struct ring *ring, const char *body, size_t len, struct err *err)
{
	size_t count = 0;

	ring->tokens_digest = 0;
	if (digest_strings(SCYLLA_TOKENS, body, len, &count, &ring->tokens_digest, err) < 0)
		return -1;
	if (count > 0)
		return 0;
	ring->tokens_digest = 0;
	return err_set(err, SCYLLA_TOKENS ": the ring has no tokens");
}

int
ring_set_joining(struct ring *ring, const char *body, size_t len, struct err *err)
{
	ring->joining = SIZE_MAX;
	ring->joining_digest = 0;
	return digest_strings(SCYLLA_JOINING, body, len, &ring->joining, &ring->joining_digest, err);
}

int
ring_set_leaving(struct ring *ring, const char *body, size_t len, struct err *err)
{
	ring->leaving = SIZE_MAX;
	ring->leaving_digest = 0;
	return digest_strings(SCYLLA_LEAVING, body, len, &ring->leaving, &ring->leaving_digest, err);
}

/* {"key": token, "value": address} */
static struct span
read_owner(struct scan *s)
{
	struct span owner = {.text = ""};

	for (bool first = scan_open(s, '{'); scan_more(s, '}', &first);) {
		if (span_is(scan_key(s), "value"))
			owner = scan_string(s);
		else
			scan_skip(s);
	}
	return owner;
}

int
ring_set_owners(struct ring *ring, const char *body, size_t len, struct err *err)
{
	CLEANUP_FREE bool *owns = xcalloc(ring->nmembers + 1, sizeof *owns);
	bool any = false;
	struct scan s;

	ring->owners_known = false;
	scan_init(&s, body, len);
	for (bool first = scan_open(&s, '['); scan_more(&s, ']', &first);) {
		struct span owner = read_owner(&s);
		int member = s.wrong ? -1 : ring_find_span(ring, owner);

		if (member < 0)
			scan_expect(&s, "a member's address before it");
		else
			any = owns[member] = true;
	}
	if (scan_done(&s, SCYLLA_TOKENS_ENDPOINT, err) < 0)
		return -1;
	if (!any)
		return err_set(err, SCYLLA_TOKENS_ENDPOINT ": the ring has no tokens");
	for (size_t i = 0; i < ring->nmembers; i++)
		ring->members[i].tokenless = !owns[i];
	ring->owners_known = true;
	return 0;
}

uint64_t
ring_fingerprint(const struct ring *ring)
{
	uint64_t hash = hash_u64(HASH_SEED, ring->nmembers);

	for (size_t i = 0; i < ring->nmembers; i++) {
		hash = hash_str(hash, ring->members[i].host_id);
		hash = hash_str(hash, ring->members[i].address);
	}
	hash = hash_str(hash, ring->schema);
	hash = hash_u64(hash, ring->tokens_digest);
	hash = hash_u64(hash_u64(hash, ring->joining), ring->joining_digest);
	return hash_u64(hash_u64(hash, ring->leaving), ring->leaving_digest);
}
