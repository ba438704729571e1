/* What the API server's answers to tasks mean, in words and in little. */
#pragma once

#include <stddef.h>

#include "event.h"
#include "reconciler.h"

enum { KUBE_WORDS = 480 };

/* A sentence of KUBE_WORDS bytes for an answer that is no yes: the server's message; of a 403 with the rule that is missing,
 * and where. */
void kube_refusal(int status, const char *body, size_t len, char *text);
/* What an act's answer is kept as: {"uid":…,"resourceVersion":…} of the object, or the sentence. */
void kube_act_words(const struct event *event, char *text);
/* 429 was not carried out; what the server or one before it failed at may have been. */
enum act_state kube_act_state(int status);
