/* Whatever stands on ssh's control socket: read packet by packet as it would come, in whole and in two pieces; both ways
 * say the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "ssh_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long
read_one(const char *bytes, size_t len, struct mux_message *message)
{
	struct err err = {{0}};
	long took = mux_read(bytes, len, message, &err);

	if ((took < 0) != (err.text[0] != '\0') || took > (long)len)
		abort();
	if (took > 0 && message->kind == MUX_FAILED &&
	    (message->reason < bytes || message->reason + message->len > bytes + took || message->len > BUF_MAX_ERROR))
		abort();
	return took;
}

/* What begins the packet says no more than: not whole yet, or already wrong. */
static void
check_halves(const char *bytes, size_t len, long took)
{
	struct mux_message message;
	size_t half = (took > 0 ? (size_t)took : len) / 2;
	/* Exactly as long, so that a read past its end is seen. */
	char *copy = memcpy(xcalloc(1, half + !half), bytes, half);
	long said = read_one(copy, half, &message);

	if (said > 0 || (said < 0 && took >= 0))
		abort();
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct mux_message message;
	size_t at = 0;
	long took;

	while ((took = read_one(bytes + at, size - at, &message)) > 0) {
		check_halves(bytes + at, size - at, took);
		at += (size_t)took;
	}
	check_halves(bytes + at, size - at, took);
	return 0;
}
