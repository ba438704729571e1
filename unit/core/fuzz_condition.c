/* Whatever a server answers of which a condition asks: the first byte chooses the condition (Prometheus, a page, an object of
 * Kubernetes), the second the HTTP status, the rest is the body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROUNDS = 4, ROUND_MS = 6000 };

#define WAIT(condition) "{\"steps\":[{\"wait\":[" condition "]}]}"

static const char *const workflows[] = {
	WAIT("{\"condition\":\"prometheus-query\",\"with\":{\"query\":\"up\",\"comparison\":\"<\",\"threshold\":\"0.5\"}}"),
	WAIT("{\"condition\":\"http-check\",\"with\":{\"url\":\"http://page/x\"}}"),
	WAIT("{\"condition\":\"kubernetes-wait\",\"with\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"x\","
	    "\"condition\":\"Ready\"}}"),
};

static void
answer(struct small *small, int status, const char *body)
{
	struct effects kept = *small->out;

	*small->out = (struct effects){0};
	for (size_t i = 0; i < kept.count; i++)
		if (kept.list[i].kind == EFFECT_WEB || kept.list[i].kind == EFFECT_KUBE)
			small_answer(small, kept.list[i].id, OUTCOME_ANSWERED, status, body);
	effects_clear(&kept);
}

static void
judge(const struct step *step)
{
	if (!memchr(step->message, '\0', sizeof step->message))
		abort();
	for (const unsigned char *at = (const unsigned char *)step->message; *at; at++)
		if (*at < ' ' || *at == 0x7f)
			abort();        /* it is printed on terminals */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 400, 404, 503};
	size_t which = size > 0 ? data[0] % ARRAY_LEN(workflows) : 0, len = size > 2 ? size - 2 : 0;
	char *body = memcpy(xcalloc(1, len + 1), size > 2 ? (const char *)data + 2 : "", len);
	struct small small = small_begun(registry, workflows[which], NULL);
	struct step *step = step_new(small.op, NULL, &small.op->plan->blocks[0].steps[0]);

	small.op->cluster_step = step;
	step->state = STEP_RUNNING;
	step->attempt = 1;
	for (int i = 0; i < ROUNDS && step->state == STEP_RUNNING; i++) {
		small_at(&small, (int64_t)i * ROUND_MS);
		step_run(small.core, small.op, step);
		answer(&small, statuses[size > 1 ? data[1] & 3 : 0], body);
		judge(step);
	}
	small_close(&small);
	free(body);
	return 0;
}
