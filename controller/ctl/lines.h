/* What is printed while an operation is followed: a line for each thing that has happened, made from its object as it is
 * seen one time after the other. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct cJSON;

struct lines {
	bool colour;
	bool quiet;              /* only transitions: neither what is missing nor where it stands now */
	int64_t seq;             /* of the last transition that was told */
	char *told;              /* what was said last of where it stands */
};

/* 'operation' as it is 'now': what has happened since it was taken last. */
void lines_take(struct lines *lines, const struct cJSON *operation, int64_t now_ms, struct buf *out);
void lines_done(struct lines *lines);
/* The exit status of one that has ended, or was refused so that only a person can help; -1: it goes on. */
int lines_exit(const struct cJSON *operation);
/* What it is and why, in one sentence: the whole message, which the status' own may have cut. */
const char *lines_why(const struct cJSON *operation);
/* Where it stands, in a line that is at most 'width' wide. */
void lines_progress(const struct cJSON *operation, size_t width, struct buf *out);
/* "2026-01-28 18:29:02.441Z "; 'text' holds LINES_TIME bytes and is returned. */
enum { LINES_TIME = 40 };
char *lines_time(int64_t wall_ms, char *text);
/* "109ms", "2.259s", "3m12s". */
char *lines_duration(int64_t ms, char *text);
