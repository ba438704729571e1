#include "others.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "hands.h"
#include "person.h"

/* One row a kind: how often it is drawn, its spec's members beside "cluster" (%s: a node), what a hand does later. */
struct other_kind {
	const char *name;
	int weight;
	const char *spec;
	bool suspended;              /* at first */
	void (*begin)(struct other *other);
	void (*then)(struct other *other);
};

static const char looks[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":["
    "{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\",\"timeout\":\"5s\"}]}]}}]}";

static void let_go(struct other *other);
static void mask(struct other *other);
static void unmask(struct other *other);
static void resume(struct other *other);
static void cancel(struct other *other);
static void recreate(struct other *other);

#define RESTART "\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}," \
	"\"targets\":{\"nodes\":[\"%s\"]}"
#define RESTART_WHOLLY "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"3s\"},\"targets\":{\"nodes\":[\"%s\"]}"

static const struct other_kind kinds[] = {
	{"queued", 200, RESTART_WHOLLY, false, NULL, NULL},
	{"urgent", 200, RESTART ",\"urgent\":true", false, NULL, NULL},
	{"reading", 100, "\"workflow\":\"" TURNS_LOOKS "\"", false, NULL, NULL},
	{"draining", 120, "\"nodeTask\":{\"type\":\"scylla-drain\"},\"targets\":{\"nodes\":[\"%s\"]}", false, NULL, let_go},
	{"failing", 120, RESTART_WHOLLY, false, mask, unmask},
	{"cancelled", 80, RESTART, false, NULL, cancel},
	{"recreated", 80, RESTART, false, NULL, recreate},
	{"dry", 60, RESTART_WHOLLY ",\"dryRun\":true", false, NULL, NULL},
	{"suspended", 80, RESTART, true, NULL, resume},
	{"roll", 0, "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"3s\"}", false, NULL, NULL},
};
const struct other_kind *const other_roll = &kinds[ARRAY_LEN(kinds) - 1];
_Static_assert(ARRAY_LEN(kinds) <= OTHER_KINDS_MAX, "too many kinds");

static char *
content(const struct other *other)
{
	struct buf buf = BUF_INIT(BUF_MAX_OBJECT);
	const char *node = strstr(other->kind->spec, "%s");
	int before = (int)(node ? node - other->kind->spec : (ptrdiff_t)strlen(other->kind->spec));

	buf_printf(&buf, "\"spec\":{\"cluster\":\"%s\",%.*s%s%s", sim_cluster_name(other->sim), before, other->kind->spec,
	    node ? other->node : "", node ? node + 2 : "");
	if (other->suspend)
		buf_puts(&buf, ",\"suspend\":true");
	if (other->cancel)
		buf_puts(&buf, ",\"cancel\":true");
	if (other->retry)
		buf_printf(&buf, ",\"retry\":%d", other->retry);
	if (other->skip)
		buf_printf(&buf, ",\"skip\":[{\"node\":\"%s\",\"reason\":\"its host is being replaced\"}]", other->node);
	if (other->acknowledged)
		buf_printf(&buf, ",\"acknowledge\":\"known, %d\"", other->acknowledged);
	buf_putc(&buf, '}');
	return buf_take(&buf);
}

static struct api_object *
object_of(const struct other *other)
{
	return api_find(other->world->api, KIND_OPERATION, SCENE_NAMESPACE, other->name);
}

static void
turn_knobs(struct other *other, const char *what)
{
	CLEANUP_FREE char *text = content(other);

	transcript_add(other->world->log, other->world->now, "---- somebody: %s %s", what, other->name);
	api_replace(other->world->api, KIND_OPERATION, SCENE_NAMESPACE, other->name, text);
	world_tell_watches(other->world);
}

static void
restart_by_hand(struct other *other)
{
	struct world *world = other->world;

	transcript_add(world->log, world->now, "---- somebody restarts %s", other->node);
	sim_restart(other->sim, world->now, (size_t)sim_find(other->sim, other->node));
}

static bool
is_kept(struct world *world, const struct api_object *object)
{
	return object && strcmp(checker_ledger(world->checker, object->uid)->told_phase, "Queued") != 0 && object->status &&
	    strstr(object->status, "\"keepsCluster\":true");
}

/* The node that it was to drain comes back, and it is said that this is known. */
static void
let_go(struct other *other)
{
	bool kept = is_kept(other->world, object_of(other));

	if (kept && other->first)
		restart_by_hand(other);
	other->acknowledged++;
	turn_knobs(other, "acknowledges what was left by");
	if (kept && !other->first)
		restart_by_hand(other);
}

static void
mask(struct other *other)
{
	sim_mask(other->sim, (size_t)sim_find(other->sim, other->node), true);
}

/* Another try, or without the node that it fails with. */
static void
unmask(struct other *other)
{
	sim_mask(other->sim, (size_t)sim_find(other->sim, other->node), false);
	other->retry++;
	other->skip = other->first;
	world_forgive_restarts(other->world);
	turn_knobs(other, other->skip ? "retries, and leaves the node out," : "retries");
}

static void
resume(struct other *other)
{
	other->suspend = false;
	turn_knobs(other, "resumes");
}

static void
cancel(struct other *other)
{
	other->cancel = true;
	turn_knobs(other, "cancels");
}

static void
apply(struct other *other)
{
	struct world *world = other->world;
	CLEANUP_FREE char *text = content(other);

	transcript_add(world->log, world->now, "---- somebody applies %s: %s", other->name, text);
	api_create(world->api, KIND_OPERATION, SCENE_NAMESPACE, other->name, text);
	world_tell_watches(world);
}

/* As soon as the old one is gone. */
static void
apply_again(void *arg, int64_t value)
{
	struct other *other = arg;

	if (object_of(other))
		world_at(other->world, other->world->now + value, apply_again, other, value * 2);
	else
		apply(other);
}

static void
recreate(struct other *other)
{
	struct world *world = other->world;

	transcript_add(world->log, world->now, "---- somebody deletes %s", other->name);
	api_delete(world->api, KIND_OPERATION, SCENE_NAMESPACE, other->name);
	world_tell_watches(world);
	/* The same node once more, by the same name: another operation. */
	apply_again(other, 200);
}

static void
other_begins(void *arg, int64_t value)
{
	struct others *others = arg;
	struct other *other = &others->list[value];

	others->applied[other->kind - kinds]++;
	if (other->kind->begin)
		other->kind->begin(other);
	apply(other);
}

static void
other_goes_on(void *arg, int64_t value)
{
	struct others *others = arg;

	others->list[value].kind->then(&others->list[value]);
}

static const struct other_kind *
draw_kind(struct chance *chance)
{
	int sum = 0, at;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		sum += kinds[i].weight;
	at = (int)chance_between(chance, 0, sum - 1);
	for (size_t i = 0; i < ARRAY_LEN(kinds); at -= kinds[i++].weight)
		if (at < kinds[i].weight)
			return &kinds[i];
	abort();
}

/* Their names are in no order that has to do with their ages. */
static void
draw_one(struct other *other, struct world *world, struct chance *chance, size_t number, int64_t within_ms)
{
	*other = (struct other){.kind = draw_kind(chance), .world = world, .sim = world->sim};
	if (world->beside[0] && chance_of(chance, 500))
		other->sim = world->beside[0];
	snprintf(other->name, sizeof other->name, "%c-%s-%zu", (char)chance_between(chance, 'a', 'z'), other->kind->name,
	    number + 1);
	snprintf(other->node, sizeof other->node, "%s",
	    sim_name(other->sim, (size_t)chance_between(chance, 0, (int64_t)sim_nodes(other->sim) - 1)));
	/* Some at once with the scene's own. */
	other->at_ms = chance_of(chance, 250) ? 0 : chance_between(chance, 0, within_ms);
	other->then_ms = other->at_ms + chance_between(chance, 0, within_ms);
	other->first = chance_of(chance, 500);
	other->suspend = other->kind->suspended;
}

void
others_draw(struct others *ret, struct world *world, struct chance *chance, int64_t within_ms)
{
	*ret = (struct others){.count = (size_t)chance_between(chance, 0, OTHERS_MAX)};
	for (size_t i = 0; i < ret->count; i++) {
		struct chance own = {.state = chance_next(chance)};

		draw_one(&ret->list[i], world, &own, i, within_ms);
	}
}

void
others_begin(struct others *others)
{
	for (size_t i = 0; i < others->count; i++) {
		struct other *other = &others->list[i];
		struct world *world = other->world;

		if (others->left_out >> i & 1)
			continue;
		if (!api_find(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, TURNS_LOOKS))
			api_create(world->api, KIND_WORKFLOW, SCENE_NAMESPACE, TURNS_LOOKS, looks);
		world_at(world, world->now + other->at_ms, other_begins, others, (int64_t)i);
		if (other->kind->then)
			world_at(world, world->now + other->then_ms, other_goes_on, others, (int64_t)i);
	}
}

int64_t
others_end(const struct others *others, const struct world *world)
{
	int64_t end = 0;

	for (size_t i = 0; i < others->count; i++) {
		const struct other *other = &others->list[i];
		int64_t last = other->kind->then ? other->then_ms : other->at_ms;

		if (!(others->left_out >> i & 1) && last > end)
			end = last;
	}
	return world->began + end + 1;
}

/* What an operation has let go of, or a stranger has left. */
static bool
help_the_nodes(struct world *world, struct sim *sim)
{
	bool helped = false;

	for (size_t i = 0; i < sim_nodes(sim); i++) {
		if (!sim_member(sim, i) || sim_serving(sim, world->now, i))
			continue;
		transcript_add(world->log, world->now, "---- somebody restarts %s", sim_name(sim, i));
		sim_restart(sim, world->now, i);
		helped = true;
	}
	return helped;
}

/* Its plan cannot be made: the node that it names has left, or the others may not be without it any more. */
static bool
is_refused(struct world *world, const struct api_object *o)
{
	return o && o->status && strcmp(checker_ledger(world->checker, o->uid)->told_phase, "Pending") == 0 &&
	    (strstr(o->status, "\"PlanRefused\"") || strstr(o->status, "\"KeyspaceUndecided\""));
}

/* A person is needed, and nobody is at work: some stand still, or keep the others waiting. */
bool
until_all_settled(struct world *world, const char *unused)
{
	bool needed = false;

	(void)unused;
	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];
		bool still;

		if (o->kind != KIND_OPERATION)
			continue;
		still = is_kept(world, o) || strcmp(checker_ledger(world->checker, o->uid)->told_phase, "Paused") == 0 ||
		    checker_ledger(world->checker, o->uid)->told_lost;
		still |= is_refused(world, o);
		needed |= still;
		if (!still && !scene_has_ended(world, o) &&
		    strcmp(checker_ledger(world->checker, o->uid)->told_phase, "Queued") != 0)
			return false;
	}
	return needed || until_all_over(world, NULL);
}

/* One has left a node down, or the gate was closed for too long. */
bool
others_help(struct others *others)
{
	struct world *world = others->count ? others->list[0].world : NULL;
	bool helped = false;

	if (!world || until_all_over(world, NULL))
		return false;
	for (size_t i = 0; world_cluster(world, i); i++)
		helped |= help_the_nodes(world, world_cluster(world, i));
	helped |= person_deletes_the_lost(world);
	for (size_t i = 0; i < others->count; i++) {
		struct other *other = &others->list[i];
		struct api_object *object = object_of(other);
		const char *phase = object ? checker_ledger(other->world->checker, object->uid)->told_phase : "";

		if (is_kept(other->world, object)) {
			other->first = true;
			let_go(other);
			helped = true;
		} else if (strcmp(phase, "Paused") == 0 && strstr(object->status, "approve plan") && !other->cancel) {
			cancel(other);  /* its node has moved: another one may come for that */
			helped = true;
		} else if (strcmp(phase, "Paused") == 0) {
			other->retry++;
			/* Some node was down for longer than hints are kept: it is repaired. */
			other->acknowledged += strstr(object->status, "needs a repair") != NULL;
			world_forgive_restarts(other->world);
			turn_knobs(other, "says that it may go on:");
			helped = true;
		} else if (is_refused(other->world, object) && !other->cancel) {
			cancel(other);
			helped = true;
		} else if (strcmp(phase, "Running") == 0) {
			helped |= person_lets_join(other->world, other->sim, other->node);
		}
	}
	return helped;
}

void
others_print(const struct others *others)
{
	for (size_t i = 0; i < others->count; i++) {
		const struct other *other = &others->list[i];

		if (!(others->left_out >> i & 1))
			printf("operation %s (%s of %s), applied at %.3f s, a hand at %.3f s\n", other->name, other->kind->name,
			    other->node, (double)(other->world->began + other->at_ms) / 1000,
			    other->kind->then ? (double)(other->world->began + other->then_ms) / 1000 : 0);
	}
}

void
others_add_up(const struct others *others, size_t *sum)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		sum[i] += others->applied[i];
}

const char *
other_kind_name(size_t kind)
{
	return kind < ARRAY_LEN(kinds) ? kinds[kind].name : NULL;
}
