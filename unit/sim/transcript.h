/* What the world saw, one line per thing with its time: a ring of the last lines, printed when a run is judged bad, or
 * as it goes with VERBOSE=1. Questions to nodes and their answers are minor: they would fill the ring, and are only
 * printed with VERBOSE=2. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transcript;

struct transcript *transcript_new(void);
struct transcript *transcript_free(struct transcript *transcript);
/* Nothing is kept: for many runs, of which a bad one is played again. VERBOSE still prints. */
void transcript_off(struct transcript *transcript);
bool transcript_is_off(const struct transcript *transcript);
void transcript_add(struct transcript *transcript, int64_t up_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void transcript_minor(struct transcript *transcript, int64_t up_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool transcript_shows_minor(const struct transcript *transcript);
/* The last 'lines' lines to standard output. */
void transcript_print(const struct transcript *transcript, size_t lines);
/* The number of lines, over the whole run, that contain 'text'. Only lines that are still kept are looked at. */
size_t transcript_count(const struct transcript *transcript, const char *text);
