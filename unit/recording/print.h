/* A replay as text: a line for each event and each effect, in the order of time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct buf;
struct effect;
struct event;

/* "+12.345 line 17 < answer to 9: 200 {…", cut. */
void print_event(struct buf *out, int64_t since_ms, size_t line, const struct event *event);
/* "+12.345 > 10 kube 1a2b3c4d5e6f7a8b: kube PATCH …", cut; the mark stands for all of it. */
void print_effect(struct buf *out, int64_t since_ms, const struct effect *effect);
