#include "about.h"

#include "command.h"
#include "objects.h"

int
about_operation(struct api *api, const struct args *args, struct buf *out, struct buf *said,
    void (*print)(const struct cJSON *operation, const struct args *args, int64_t now_ms, struct buf *out))
{
	struct err err;
	CLEANUP_JSON struct cJSON *operation = object_get(api, KIND_OPERATION, args->words[0], &err);

	if (!operation)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	print(operation, args, loop_now().wall_ms, out);
	return EXIT_DONE;
}
