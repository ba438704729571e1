/* The gate at 300 nodes x 256 vnodes x 20 keyspaces, for e2e/bench: "cold MS KEEP-MIB PEAK-MIB", from the answers of the
 * slow facts to tables; "warm P50-MS WORST-MS", from a sweep's answers to the verdict of both conditions. The texts are
 * made before, and not measured. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "alloc.h"
#include "buf.h"
#include "ring.h"

enum { MEMBERS = 300, VNODES = 256, KEYSPACES = 20, LAYOUTS = 4, SWEEPS = 41 };

struct answers {
	char *members, *keyspaces, *tokens, *owners, *live;
	char *rings[LAYOUTS];           /* keyspaces are replicated in so many ways */
};

static double
now_ms(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static double
resident_mib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (double)pages * 4096 / 1048576;
}

static const char *
address(int i)
{
	static char text[32];

	snprintf(text, sizeof text, "10.0.%d.%d", i / 200, i % 200 + 1);
	return text;
}

/* 'count' elements of an array, made one by one. */
static char *
array(int count, void (*put)(struct buf *, int))
{
	struct buf out = BUF_INIT(BUF_MAX_RING);

	for (int i = 0; i < count; i++) {
		buf_putc(&out, i ? ',' : '[');
		put(&out, i);
	}
	buf_putc(&out, ']');
	return buf_take(&out);
}

static void
put_member(struct buf *out, int i)
{
	buf_printf(out, "{\"key\":\"%s\",\"value\":\"00000000-0000-4000-8000-%012d\"}", address(i), i);
}

static void
put_keyspace(struct buf *out, int i)
{
	buf_printf(out, "\"ks%d\"", i);
}

static void
put_address(struct buf *out, int i)
{
	buf_printf(out, "\"%s\"", address(i));
}

static void
put_token(struct buf *out, int i)
{
	buf_printf(out, "\"-%d836546876123\"", 100000 + i);
}

static void
put_owner(struct buf *out, int i)
{
	buf_printf(out, "{\"key\":\"-%d836546876123\",\"value\":\"%s\"}", 100000 + i, address(i % MEMBERS));
}

/* A range as Scylla writes it, on one drawn member of each rack. */
static void
put_range(struct buf *out, int i, uint64_t *seed)
{
	int hosts[3];

	for (int rack = 0; rack < 3; rack++) {
		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		hosts[rack] = (int)((*seed >> 33) % (MEMBERS / 3)) * 3 + rack;
	}
	buf_printf(out, "%c{\"start_token\":\"-%d836546876123\",\"end_token\":\"-%d836546876123\"", i ? ',' : '[', 100000 + i,
	    100001 + i);
	for (int list = 0; list < 2; list++) {
		buf_puts(out, list ? ",\"rpc_endpoints\":[" : ",\"endpoints\":[");
		for (int rack = 0; rack < 3; rack++)
			buf_printf(out, "%s\"%s\"", rack ? "," : "", address(hosts[rack]));
		buf_putc(out, ']');
	}
	buf_puts(out, ",\"endpoint_details\":[");
	for (int rack = 0; rack < 3; rack++)
		buf_printf(out, "%s{\"host\":\"%s\",\"datacenter\":\"us-east1\",\"rack\":\"%c\"}", rack ? "," : "",
		    address(hosts[rack]), (char)('a' + rack));
	buf_puts(out, "]}");
}

static char *
ring_text(uint64_t seed)
{
	struct buf out = BUF_INIT(BUF_MAX_RING);

	for (int i = 0; i < MEMBERS * VNODES; i++)
		put_range(&out, i, &seed);
	buf_putc(&out, ']');
	return buf_take(&out);
}

static void
need(int status, const struct err *err)
{
	if (status == 0)
		return;
	fprintf(stderr, "ring: %s\n", err->text);
	exit(1);
}

static void
sweep(struct ring *ring, const struct answers *a)
{
	struct err err = {""};

	ring_begin_sweep(ring);
	need(ring_set_tokens(ring, a->tokens, strlen(a->tokens), &err), &err);
	need(ring_set_joining(ring, "[]", 2, &err), &err);
	need(ring_set_leaving(ring, "[]", 2, &err), &err);
	for (size_t i = 0; i < MEMBERS; i++) {
		need(ring_set_mode(ring, i, "\"NORMAL\"", 8, &err), &err);
		need(ring_set_gossiping(ring, i, "true", 4, &err), &err);
		need(ring_set_live(ring, i, a->live, strlen(a->live), &err), &err);
	}
	ring_note_down(ring, 1700000000000);
}

static struct ring *
read_cold(const struct answers *a)
{
	struct ring *ring = ring_new();
	struct err err = {""};
	char name[16];

	need(ring_set_members(ring, a->members, strlen(a->members), NULL, &err), &err);
	need(ring_set_keyspaces(ring, a->keyspaces, strlen(a->keyspaces), a->keyspaces, strlen(a->keyspaces), &err), &err);
	need(ring_set_owners(ring, a->owners, strlen(a->owners), &err), &err);
	for (int k = 0; k < KEYSPACES; k++) {
		const char *text = a->rings[k % LAYOUTS];

		snprintf(name, sizeof name, "ks%d", k);
		need(ring_set_ranges(ring, name, true, text, strlen(text), &err), &err);
	}
	return ring;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(void)
{
	struct answers a = {
		.members = array(MEMBERS, put_member), .keyspaces = array(KEYSPACES, put_keyspace),
		.tokens = array(MEMBERS * VNODES, put_token), .owners = array(MEMBERS * VNODES, put_owner),
		.live = array(MEMBERS, put_address),
	};
	double began, before, cold, spent[SWEEPS];
	struct rusage usage;
	struct ring *ring;
	struct err why = {""};

	for (int i = 0; i < LAYOUTS; i++)
		a.rings[i] = ring_text((uint64_t)i + 1);
	before = resident_mib();
	began = now_ms();
	ring = read_cold(&a);
	cold = now_ms() - began;
	getrusage(RUSAGE_SELF, &usage);
	printf("cold %.0f %.1f %.1f\n", cold, resident_mib() - before, (double)usage.ru_maxrss / 1024 - before);
	for (int i = 0; i < SWEEPS; i++) {
		began = now_ms();
		sweep(ring, &a);
		if (!ring_normal(ring, NULL, i, &why) || !ring_quorum_safe(ring, NULL, i, NULL, &why)) {
			fprintf(stderr, "ring: %s\n", why.text);
			return 1;
		}
		spent[i] = now_ms() - began;
	}
	qsort(spent, SWEEPS, sizeof *spent, by_value);
	printf("warm %.2f %.2f\n", spent[SWEEPS / 2], spent[SWEEPS - 1]);
	ring_free(ring);
	return 0;
}
