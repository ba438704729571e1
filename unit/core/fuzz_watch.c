/* Whatever the API server sends: each line goes into a watch of the whole core; its first letter says which (t, w, o),
 * or that time passes (.). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "desk.h"
#include "registry.h"
#include "small.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
watch_of(char letter)
{
	switch (letter) {
	case 't':
		return "GET /apis/strait.dev/v1alpha1/targetclusters?watch";
	case 'w':
		return "GET /apis/strait.dev/v1alpha1/workflows?watch";
	default:
		return "GET /apis/strait.dev/v1alpha1/clusteroperations?watch";
	}
}

/* A line that was no event lists anew: then it is an empty list. */
static void
answer_lists(struct desk *desk)
{
	struct desk_request *list;

	desk_pass(desk, 2000);
	while ((list = desk_look(desk, "GET /apis/strait.dev/v1alpha1/")) && !list->stream)
		desk_answer(desk, list, 200, "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct core_config config = small_core_config(registry);
	char *text = xcalloc(size + 1, 1), *rest = text, *line;
	struct desk desk;

	if (size > 0)
		memcpy(text, data, size);
	config.workflows = builtin_workflows;
	desk = desk_open(&config);
	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "", "", "");
	while ((line = strsep(&rest, "\n"))) {
		struct desk_request *watch = desk_look(&desk, watch_of(line[0]));

		if (line[0] == '.' || !watch)
			answer_lists(&desk);
		else
			desk_line(&desk, watch, line[0] ? line + 1 : line);
	}
	free(text);
	desk_close(&desk);
	return 0;
}
