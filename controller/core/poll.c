/* When a step that waits looks again. */
#include "op.h"

enum { SOON_MS = 100 };

int64_t
step_look_again_in(const struct step *step, int64_t now_up_ms)
{
	int64_t half = (now_up_ms - step->acted_up_ms) / 2, soon = half > SOON_MS ? half : SOON_MS;

	return step->acted_up_ms > 0 && soon < step->task->wait_ms ? soon : step->task->wait_ms;
}
