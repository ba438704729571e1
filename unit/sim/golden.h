/* Journals that are kept: unit/golden/journals/FORMAT/POINT. */
#pragma once

#include "model_redis.h"

/* Put the kept one in the place of our own. Of the present format, with STRAIT_GOLDEN=journals: keep ours. */
void golden_journal(struct store_journal *journal, const char *name, int format);
