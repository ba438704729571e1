#include "checker.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

struct checker *
checker_new(void)
{
	return xcalloc(1, sizeof(struct checker));
}

struct checker *
checker_free(struct checker *checker)
{
	if (!checker)
		return NULL;
	for (size_t i = 0; i < checker->nledgers; i++)
		ledger_done(&checker->ledgers[i]);
	free(checker->ledgers);
	free(checker->faulty);
	free(checker);
	return NULL;
}

void
checker_fault(struct checker *checker, int64_t up_ms, const char *format, ...)
{
	char text[400];
	char *all;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (checker->faults++ == 0)
		snprintf(checker->first, sizeof checker->first, "%.3f %s", (double)up_ms / 1000, text);
	if (checker->faults > 20)
		return;
	all = xasprintf("%s%9.3f %s\n", checker->faulty ? checker->faulty : "", (double)up_ms / 1000, text);
	free(checker->faulty);
	checker->faulty = all;
}

bool
checker_has_lost(const struct checker *checker)
{
	for (size_t i = 0; i < checker->nledgers; i++) {
		if (checker->ledgers[i].lost)
			return true;
	}
	return false;
}

static bool
is_untold(const struct page *page, const struct checked_act *act)
{
	const char *lane = strcmp(act->label, "restore") == 0 && act->arrivals > 0
	    ? store_value(&page->journal, act->step) : NULL;

	return lane && strstr(lane, "\"held\":true") && !strstr(lane, "\"restoring\":true");
}

bool
checker_has_untold_restore(const struct checker *checker, unsigned life)
{
	for (size_t i = 0; i < checker->nledgers; i++) {
		const struct page *page = ledger_page(&checker->ledgers[i], life);

		for (size_t j = 0; page && j < page->nacts; j++) {
			if (is_untold(page, &page->acts[j]))
				return true;
		}
	}
	return false;
}

/* NULL: it may be of any, or of the whole cluster. */
static bool
is_of_node(const char *step, const char *node)
{
	const char *slash = strrchr(step, '/');

	if (!node)
		return true;

	return slash && strcmp(slash + 1, node) == 0;
}

/* "start-service" is for start, not for restart. A lane's restoring act is either. */
static bool
label_is_for(const char *label, const char *verb)
{
	const char *at = strstr(label, verb);

	if (strcmp(label, "restore") == 0)
		return strcmp(verb, "start") == 0 || strcmp(verb, "restart") == 0;
	return at && (at == label || strcmp(verb, "start") != 0 || at - label < 2 || strncmp(at - 2, "re", 2) != 0);
}

/* "lane/1/db-a-1", "1.restore/db-a-1" */
static bool
is_restoring(const struct checked_act *act)
{
	return strcmp(act->label, "restore") == 0 || strstr(act->step, ".restore/");
}

static bool
is_finished(const struct ledger *ledger, const char *step)
{
	const char *value = store_value(&ledger->journal, step);
	CLEANUP_JSON struct cJSON *json = value ? json_parse(value, strlen(value), NULL) : NULL;

	return strcmp(json_str_or(json, "state", ""), "done") == 0;
}

static bool
has_licence(const struct checked_act *act, bool late)
{
	return late ? act->old_intents > act->old_arrivals : act->intents > act->arrivals;
}

/* What an arrival belongs to. */
struct found {
	struct ledger *ledger;
	struct page *page;
	struct checked_act *act;
	bool late;               /* ordered before the core took over once more */
};

static bool
is_better(const struct found *old, const struct ledger *ledger, const struct checked_act *act, bool late)
{
	bool lane = strncmp(act->step, "lane/", 5) == 0;

	if (!old->act)
		return true;
	/* Another operation may have been at work on that node before. */
	if (old->ledger != ledger && has_licence(old->act, old->late))
		return has_licence(act, late) && act->intended > old->act->intended;
	if (!has_licence(act, late) || !has_licence(old->act, old->late))
		return has_licence(act, late);
	/* Older ones may have been refused, or lost: they keep their licence. */
	return !lane && (strncmp(old->act->step, "lane/", 5) == 0 || act->intended > old->act->intended);
}

/* The act on this page: one with an unused intent first, else one whose intents are used up. */
static void
look_at_page(struct found *found, struct ledger *ledger, struct page *page, const char *node, const char *verb,
    const struct sender *sender)
{
	bool late = sender->number <= page->taken;

	for (size_t i = 0; i < page->nacts; i++) {
		struct checked_act *act = &page->acts[i];

		if (is_of_node(act->step, node) && label_is_for(act->label, verb) && is_better(found, ledger, act, late))
			*found = (struct found){ledger, page, act, late};
	}
}

static size_t
count_attempt(struct ledger *ledger, const struct checked_act *act)
{
	CLEANUP_FREE char *name = xasprintf("%s %s %s", act->step, act->label, act->attempt);
	struct attempt *attempt;

	for (size_t i = 0; i < ledger->nattempts; i++) {
		if (strcmp(ledger->attempts[i].name, name) == 0)
			return ++ledger->attempts[i].arrivals;
	}
	attempt = ARRAY_GROW(ledger->attempts, ledger->nattempts);
	attempt->name = xstrdup(name);
	return ++attempt->arrivals;
}

/* I3. The epoch of the act is that of its intent. Epochs that were never given are passed over. */
static void
check_epoch(struct checker *checker, int64_t up_ms, const struct found *found, const char *node, const char *verb)
{
	const struct ledger *ledger = found->ledger;
	size_t epoch = (size_t)found->act->epoch, next = epoch;

	while (next < ledger->ntakeovers && ledger->takeovers[next] == INT64_MAX)
		next++;
	if (epoch > 0 && next < ledger->ntakeovers && up_ms > ledger->takeovers[next] + checker->settle_ms)
		checker_fault(checker, up_ms, "I3: %s of epoch %zu arrives at %s %" PRId64 " ms after the takeover by "
		    "epoch %zu", verb, epoch, node, up_ms - ledger->takeovers[next], next + 1);
}

static struct found
find_act(struct checker *checker, const char *node, const char *verb, const struct sender *sender)
{
	struct found found = {0};

	for (size_t i = 0; i < checker->nledgers; i++) {
		struct page *page = ledger_page(&checker->ledgers[i], sender->life);

		if (page)
			look_at_page(&found, &checker->ledgers[i], page, node, verb, sender);
	}
	return found;
}

/* Once in an attempt, and nothing once the step is done; what Redis has lost cannot be known. */
static void
check_repeated(struct checker *checker, int64_t up_ms, const struct found *found, const char *where)
{
	bool again = found->act->once && count_attempt(found->ledger, found->act) > 1;
	bool finished = is_finished(found->ledger, found->act->step);

	if (found->ledger->lost) {
		checker->excused += again || finished;
		return;
	}
	if (again)
		checker_fault(checker, up_ms, "I1: %s, which is for once, arrives again in one attempt of %s", where,
		    found->act->step);
	if (finished)
		checker_fault(checker, up_ms, "I4: %s arrives, but %s is done", where, found->act->step);
}

const char *
checker_arrival(struct checker *checker, int64_t up_ms, const char *node, const char *address, const char *verb,
    const struct sender *sender)
{
	struct found found = find_act(checker, node, verb, sender);
	struct checked_act *act;
	char where[120];

	if (!found.act && address)
		found = find_act(checker, address, verb, sender);
	act = found.act;
	checker->restored = act && is_restoring(act);
	snprintf(where, sizeof where, "%.20s of core %u at %.64s", verb, sender->life, node ? node : "a server");
	if (!act || (found.late ? act->old_intents : act->intents) == 0) {
		checker_fault(checker, up_ms, "I5: %s arrives without an acknowledged intent%s%s", where,
		    act ? "; the journal has it in state " : "", act ? act->state : "");
		return NULL;
	}
	if (!has_licence(act, found.late))
		checker_fault(checker, up_ms, "I1: %s arrives more often than %s intends it (state %s)", where, act->step,
		    act->state);
	*(found.late ? &act->old_arrivals : &act->arrivals) += 1;
	check_epoch(checker, up_ms, &found, node ? node : "a server", verb);
	checker->forgiven |= is_untold(found.page, act) && (size_t)found.page->epoch < found.ledger->ntakeovers;
	check_repeated(checker, up_ms, &found, where);
	return found.ledger->journal.uid;
}

/* The end is acknowledged to the very core that lets go of what it leaves behind. */
static void
check_told(struct checker *checker, int64_t up_ms, const struct sender *sender, const char *uid, const char *what)
{
	const struct page *page = ledger_page(checker_ledger(checker, uid), sender->life);

	if (page && *page->phase && *page->told_phase && strcmp(page->phase, page->told_phase) != 0)
		checker_fault(checker, up_ms, "I6: %s goes before its end (%s) is told (%s)", what, page->phase,
		    page->told_phase);
}

void
checker_released(struct checker *checker, int64_t up_ms, const struct sender *sender, const char *uid)
{
	check_told(checker, up_ms, sender, uid, "the finalizer");
}

void
checker_ordered(struct checker *checker, int64_t up_ms, const struct sender *sender, const struct effect *effect,
    const char *uid)
{
	if (!uid)
		return;
	if (effect->kind == EFFECT_REDIS) {
		check_told(checker, up_ms, sender, uid, "the journal");
	} else {
		checker_status(checker, up_ms, sender->life, uid, effect->kube.body,
		    strncmp(effect->kube.content_type, "application/merge-patch", 23) == 0);
	}
}
