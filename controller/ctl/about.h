/* Commands that print one operation. */
#pragma once

#include "api.h"
#include "buf.h"

/* The operation args->words[0], as the API server has it now, handed to 'print'. The exit status. */
int about_operation(struct api *api, const struct args *args, struct buf *out, struct buf *said,
    void (*print)(const struct cJSON *operation, const struct args *args, int64_t now_ms, struct buf *out));
