/* Whatever a host prints of a command that runs there as a unit: the first byte's bits choose salt-highstate or run-command,
 * and the exit status; up to a line "%%" it is what systemctl shows of the unit, then what the command has printed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "host.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROUNDS = 8, ROUND_MS = 2500 };

static const char *const workflows[] = {
	"{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"salt-highstate\",\"impact\":\"none\"}]}}]}",
	"{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"run-command\",\"impact\":\"none\",\"with\":{\"command\":"
	    "\"check\"}}]}}]}",
};

/* The unit was started in an earlier round: what it has become is for this step. */
static struct step *
started(struct small *small)
{
	struct step *step = small->op->lanes[0].step;
	struct act_record *act = act_add(step, "run");

	act->kind = ACT_ONCE;
	act->channel = 'h';
	act->view.state = ACT_ANSWERED;
	act->view.answer = xstrdup("");
	act->target = xstrdup("systemd-run");
	step->state = STEP_RUNNING;
	step->attempt = 1;
	return step;
}

static bool
has(const struct effect *effect, const char *word)
{
	for (size_t i = 0; i < EFFECT_ARGS && effect->host.args[i]; i++)
		if (strcmp(effect->host.args[i], word) == 0)
			return true;
	return false;
}

static void
answer(struct small *small, int status, const char *shown, const char *printed)
{
	struct effects kept = *small->out;

	*small->out = (struct effects){0};
	for (size_t i = 0; i < kept.count; i++) {
		const struct effect *effect = &kept.list[i];

		if (effect->kind == EFFECT_HOST && has(effect, "show"))
			small_answer(small, effect->id, OUTCOME_ANSWERED, 0, shown);
		else if (effect->kind == EFFECT_HOST)
			small_answer(small, effect->id, OUTCOME_ANSWERED, status, has(effect, "dd") && !has(effect, "skip=0")
			    ? "" : printed);
		else if (effect->kind == EFFECT_REST)
			small_answer(small, effect->id, OUTCOME_ANSWERED, 200, "1795000000");
	}
	effects_clear(&kept);
}

static void
judge(const struct step *step)
{
	if (!memchr(step->message, '\0', sizeof step->message))
		abort();
	for (const unsigned char *at = (const unsigned char *)step->message; *at; at++)
		if (*at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			abort();        /* it is printed on terminals */
	if (step->state == STEP_FAILED && !step->message[0])
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned bits = size > 0 ? data[0] : 0;
	size_t len = size - (size > 0);
	char *shown = memcpy(xcalloc(1, len + 1), data + (size > 0), len), *printed = strstr(shown, "%%\n");
	struct small small = small_begun(registry, workflows[bits & 1], NULL);
	struct step *step = started(&small);

	if (printed) {
		*printed = '\0';
		printed += 3;
	}
	for (int i = 0; i < ROUNDS && step->state == STEP_RUNNING; i++) {
		small_at(&small, (int64_t)i * ROUND_MS);
		step_run(small.core, small.op, step);
		answer(&small, (bits & 2) != 0, shown, printed ? printed : "");
		judge(step);
	}
	small_close(&small);
	free(shown);
	return 0;
}
