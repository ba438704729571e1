/* Whatever the API server says of Leases, to a controller that shares a fleet with others. Each line's first letter says
 * what it is: of the watch (w), the answer to a read (g) or to a write (p), a 404 to a read (n); or time passes (.). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/strait-system/leases"

static struct desk
open_desk(void)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	struct desk desk = desk_open(&(struct core_config){
		.identity = "a",
		.lease_namespace = "strait-system",
		.lease_name = "strait",
		.lease_ms = 15000,
		.shards = 3,
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
	});

	desk_event(&desk, EVENT_START);
	return desk;
}

static void
answer(struct desk *desk, const char *what, int status, const char *body)
{
	struct desk_request *request = desk_look(desk, what);

	if (request && !request->stream)
		desk_answer(desk, request, status, body);
}

static void
play(struct desk *desk, char letter, const char *text)
{
	struct desk_request *watch;

	switch (letter) {
	case 'w':
		watch = desk_look(desk, "GET " LEASES "?watch");
		if (watch)
			desk_line(desk, watch, text);
		break;
	case 'l':
		answer(desk, "GET " LEASES "?limit", 200, text);
		break;
	case 'g':
		answer(desk, "GET " LEASES "/", 200, text);
		break;
	case 'n':
		answer(desk, "GET " LEASES "/", 404, text);
		break;
	case 'p':
		answer(desk, "P", 200, text);
		break;
	default:
		desk_pass(desk, 1000);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1), *rest = text, *line;
	struct desk desk = open_desk();

	if (size > 0)
		memcpy(text, data, size);
	while ((line = strsep(&rest, "\n")))
		play(&desk, line[0], line[0] ? line + 1 : line);
	free(text);
	desk_close(&desk);
	return 0;
}
