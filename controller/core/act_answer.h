/* What the answer to an act means, by channel. */
#pragma once

#include "kube_words.h"

struct act_record;

enum { ACT_WORDS = KUBE_WORDS };

enum act_state act_result(const struct act_record *act, const struct event *event);
/* What is kept of it: borrowed from the event, or written into 'words' (ACT_WORDS bytes); may be NULL. */
const char *act_words(const struct act_record *act, const struct event *event, char *words);
