/* How long it takes with a ring of 300 members, 256 vnodes each and 20 keyspaces: printed, not asserted. Under valgrind
 * (STRAIT_QUICK) and sanitizers the ring is smaller. */
#include "ring_kit.h"

#include <time.h>

#include "alloc.h"
#include "buf.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SMALL = 1 };
#else
enum { SMALL = 0 };
#endif

static double
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static struct ring *
big_ring(int members)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	for (int i = 0; i < members; i++)
		buf_printf(&text, "db-%d@us-east1/%c ", i, 'a' + i % 3);
	return kit_ring(buf_str(&text));
}

/* A range as Scylla writes it, on one random member of each rack. */
static void
put_range(struct buf *body, const struct ring *ring, uint64_t *seed, size_t i)
{
	const char *hosts[3];

	for (size_t rack = 0; rack < 3; rack++) {
		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		hosts[rack] = ring->members[(*seed >> 33) % (ring->nmembers / 3) * 3 + rack].address;
	}
	buf_printf(body,
	    "%s{\"start_token\":\"-%zu5836546876\",\"end_token\":\"-%zu5836546876\",\"endpoints\":[\"%s\",\"%s\","
	    "\"%s\"],\"rpc_endpoints\":[\"%s\",\"%s\",\"%s\"],\"endpoint_details\":[", i ? "," : "[", i + 100000000,
	    i + 100000001, hosts[0], hosts[1], hosts[2], hosts[0], hosts[1], hosts[2]);
	for (size_t rack = 0; rack < 3; rack++)
		buf_printf(body, "%s{\"host\":\"%s\",\"datacenter\":\"us-east1\",\"rack\":\"%c\"}", rack ? "," : "",
		    hosts[rack], (char)('a' + rack));
	buf_puts(body, "]}");
}

static double
read_keyspaces(struct ring *ring, int keyspaces, int vnodes, size_t *bytes)
{
	uint64_t seed = 1;
	double spent = 0;

	for (int k = 0; k < keyspaces; k++) {
		CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_RING);
		char name[24];
		double began;

		for (size_t i = 0; i < ring->nmembers * (size_t)vnodes; i++)
			put_range(&body, ring, &seed, i);
		buf_putc(&body, ']');
		assert_true(buf_ok(&body));
		snprintf(name, sizeof name, "ks%d", k);
		began = now();
		assert_int_equal(ring_set_ranges(ring, name, true, buf_str(&body), body.len, NULL), 0);
		spent += now() - began;
		*bytes += body.len;
	}
	return spent;
}

static void
print_sweep(struct ring *ring)
{
	double began = now();

	kit_sweep(ring);
	print_message("a sweep put in (texts made, too): %.1f ms\n", now() - began);
}

static void
a_ring_of_300(void **state)
{
	bool small = SMALL || getenv("STRAIT_QUICK");
	int members = small ? 30 : 300, vnodes = small ? 16 : 256, keyspaces = small ? 4 : 20;
	struct ring *ring = big_ring(members);
	CLEANUP_FREE bool *held = kit_held(ring, "db-3,db-6");
	size_t bytes = 0, kept = 0;
	double spent = read_keyspaces(ring, keyspaces, vnodes, &bytes), began;
	struct err why;

	(void)state;
	for (size_t i = 0; i < ring->nkeyspaces; i++)
		kept += ring->keyspaces[i].layout->nsets * (sizeof(uint16_t) + sizeof(uint32_t)) +
		    ring->keyspaces[i].layout->nmembers * sizeof(uint16_t);
	print_message("%d members, %d vnodes, %d keyspaces, all replicated differently: %.1f MB read at %.0f MB/s, "
	    "%.1f MB kept\n", members, vnodes, keyspaces, (double)bytes / 1e6, (double)bytes / 1e3 / spent,
	    (double)kept / 1e6);
	print_sweep(ring);
	began = now();
	assert_true(ring_quorum_safe(ring, held, 0, NULL, &why));
	print_message("quorum-safe, open: %.2f ms\n", now() - began);
	began = now();
	assert_true(ring_normal(ring, held, 0, NULL));
	print_message("cluster-normal: %.2f ms\n", now() - began);
	kit_crash(ring, "db-1");
	began = now();
	ring_quorum_safe(ring, held, 0, NULL, &why);
	print_message("quorum-safe with a stranger down: %.2f ms\n", now() - began);
	ring_free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_ring_of_300)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
