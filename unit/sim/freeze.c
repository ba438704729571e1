#include "freeze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "scene.h"

void
freeze_done(struct freeze *freeze)
{
	for (size_t i = 0; i < freeze->nspans; i++)
		free(freeze->spans[i].held);
	free(freeze->spans);
	*freeze = (struct freeze){0};
}

/* "lane/1/db-a-1" */
static const char *
node_of(const struct store_field *field)
{
	return strncmp(field->name, "lane/", 5) == 0 && strstr(field->value, "\"held\":true") ? strrchr(field->name, '/') + 1
	    : NULL;
}

static char *
held_lanes(const struct world *world)
{
	struct buf held = BUF_INIT(BUF_MAX_OBJECT);

	for (size_t i = 0; i < world->checker->nledgers; i++) {
		const struct store_journal *journal = &world->checker->ledgers[i].journal;

		for (size_t j = 0; j < journal->nfields; j++) {
			const char *node = node_of(&journal->fields[j]);

			if (node)
				buf_printf(&held, "%s %s\n", journal->uid, node);
		}
	}
	return buf_take(&held);
}

static struct freeze_span *
open_span(struct freeze *freeze, unsigned life)
{
	for (size_t i = freeze->nspans; i-- > 0;)
		if (freeze->spans[i].life == life && freeze->spans[i].to == UINT64_MAX)
			return &freeze->spans[i];
	return NULL;
}

static void
take(struct world *world, unsigned life, const struct cJSON *object)
{
	struct freeze_span *span = open_span(&world->freeze, life);
	bool frozen = json_bool(json_get(json_get(object, "spec"), "limits"), "frozen", false);

	if (strcmp(json_str_or(json_get(object, "metadata"), "name", ""), SCENE_CLUSTER) != 0 || !json_get(object, "spec"))
		return;
	if (frozen && !span)
		*ARRAY_GROW(world->freeze.spans, world->freeze.nspans) = (struct freeze_span){.life = life,
		    .from = world->numbers, .to = UINT64_MAX, .held = held_lanes(world)};
	else if (!frozen && span)
		span->to = world->numbers;
}

void
freeze_heard(struct world *world, const struct flight *flight, const char *body, size_t len)
{
	CLEANUP_JSON struct cJSON *json = NULL;

	if (flight->effect.kind != EFFECT_KUBE || strcmp(flight->effect.kube.method, "GET") != 0 ||
	    !strstr(flight->effect.kube.path, "/targetclusters"))
		return;
	json = json_parse(body, len, NULL);
	if (json_get(json, "object"))
		take(world, flight->life, json_get(json, "object"));
	JSON_EACH (item, json_get(json, "items"))
		take(world, flight->life, item);
}

static bool
is_held(const struct freeze_span *span, const char *uid, const char *node)
{
	CLEANUP_FREE char *line = xasprintf("%s %s\n", uid, node);

	return strstr(span->held, line) != NULL;
}

void
freeze_arrival(struct world *world, const struct sim *sim, const struct sim_entry *entry, const char *uid)
{
	const char *name = sim_name(sim, entry->node);

	if (sim != world->sim || !uid || entry->event == SIM_ARRIVED_START || world->checker->restored)
		return;
	for (size_t i = 0; i < world->freeze.nspans; i++) {
		const struct freeze_span *span = &world->freeze.spans[i];

		if (span->life != world->sender.life || world->sender.number <= span->from || world->sender.number > span->to ||
		    is_held(span, uid, name) || is_held(span, uid, sim_address(sim, entry->node)))
			continue;
		checker_fault(world->checker, world->now, "frozen: %s is begun by core %u, which has been told that the "
		    "cluster is frozen", name, span->life);
		return;
	}
}
