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

static void
ledger_done(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->nacts; i++) {
		free(ledger->acts[i].step);
		free(ledger->acts[i].label);
		free(ledger->acts[i].value);
	}
	free(ledger->acts);
	free(ledger->told);
	store_journal_done(&ledger->journal);
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

struct ledger *
checker_ledger(struct checker *checker, const char *uid)
{
	struct ledger *ledger;

	for (size_t i = 0; i < checker->nledgers; i++) {
		if (strcmp(checker->ledgers[i].journal.uid, uid) == 0)
			return &checker->ledgers[i];
	}
	ledger = ARRAY_GROW(checker->ledgers, checker->nledgers);
	ledger->journal.uid = xstrdup(uid);
	ledger->journal.plan = xstrdup("");
	return ledger;
}

static struct checked_act *
act_of(struct ledger *ledger, const char *step, const char *label)
{
	struct checked_act *act;

	for (size_t i = 0; i < ledger->nacts; i++) {
		if (strcmp(ledger->acts[i].step, step) == 0 && strcmp(ledger->acts[i].label, label) == 0)
			return &ledger->acts[i];
	}
	act = ARRAY_GROW(ledger->acts, ledger->nacts);
	act->step = xstrdup(step);
	act->label = xstrdup(label);
	act->value = xstrdup("");
	return act;
}

/* An act's value is acknowledged: a write of an intent is a licence for one arrival. */
static void
set_act(struct checked_act *act, const char *attempt, const struct cJSON *value, bool inherited)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	const char *state = json_str_or(value, "state", "");
	bool intended = strcmp(state, "intended") == 0;

	buf_printf(&text, "%s ", attempt);
	json_print(value, &text);
	if (intended && !inherited &&
	    (strcmp(act->state, "intended") != 0 || strcmp(act->value, buf_str(&text)) != 0 || act->inherited))
		act->intents++;
	snprintf(act->state, sizeof act->state, "%s", state);
	act->once = strcmp(json_str_or(value, "kind", ""), "once") == 0;
	if (strcmp(act->attempt, attempt) != 0)
		act->attempt_arrivals = 0;
	snprintf(act->attempt, sizeof act->attempt, "%s", attempt);
	act->inherited = inherited;
	free(act->value);
	act->value = buf_take(&text);
}

/* A node held down may be started again without another word: its restoring act is journaled with the first act. A core
 * that has taken over may do so too. */
static void
set_lane(struct ledger *ledger, const char *name, const struct cJSON *lane, bool taken_over)
{
	const char *restore = json_bool(lane, "held", false) ? json_str_or(lane, "restore", "") : "";
	struct checked_act *act = act_of(ledger, name, "restore");

	if (strcmp(restore, "intended") == 0 && (taken_over || strcmp(act->state, "intended") != 0))
		act->intents++;
	snprintf(act->state, sizeof act->state, "%s", restore);
}

static void
set_field(struct checker *checker, int64_t up_ms, struct ledger *ledger, const char *name, const char *value,
    bool inherited)
{
	CLEANUP_JSON struct cJSON *json = NULL;
	struct err err = {""};
	char attempt[48];

	store_journal_set(&ledger->journal, name, value);
	if (!*value)
		return;
	json = json_parse(value, strlen(value), &err);
	if (!json) {
		checker_fault(checker, up_ms, "the journal's %s is no JSON: %s", name, err.text);
		return;
	}
	if (strcmp(name, "op") == 0)
		snprintf(ledger->phase, sizeof ledger->phase, "%s", json_str_or(json, "phase", ""));
	if (strncmp(name, "lane/", 5) == 0)
		set_lane(ledger, name, json, inherited);
	snprintf(attempt, sizeof attempt, "%" PRId64 " %" PRId64, json_int(json, "attempt", 0),
	    json_int(json, "began", 0));
	JSON_EACH(act, json_get(json, "acts"))
		set_act(act_of(ledger, name, json_key(act)), attempt, act, inherited);
}

static void
acked_takeover(struct checker *checker, int64_t up_ms, struct ledger *ledger, const struct cJSON *reply)
{
	const char *name = NULL;
	size_t at = 0;

	JSON_EACH(element, reply) {
		const char *text = json_text(element);

		if (at == 4) {
			free(ledger->journal.plan);
			ledger->journal.plan = xstrdup(text ? text : "");
		} else if (at > 4 && at % 2 == 1)
			name = text;
		else if (at > 4 && name)
			set_field(checker, up_ms, ledger, name, text ? text : "", true);
		at++;
	}
}

void
checker_acked(struct checker *checker, int64_t up_ms, const struct effect_redis *call, const char *reply)
{
	CLEANUP_JSON struct cJSON *json = json_parse(reply, strlen(reply), NULL);
	const char *word = json_text(json_first(json));
	struct ledger *ledger;

	if (call->script == REDIS_TAKEOVER)
		acked_takeover(checker, up_ms, checker_ledger(checker, call->uid), json);
	if (call->script != REDIS_WRITE || !word || strcmp(word, "OK") != 0)
		return;
	ledger = checker_ledger(checker, call->uid);
	if (*call->args[3]) {
		free(ledger->journal.plan);
		ledger->journal.plan = xstrdup(call->args[3]);
	}
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		set_field(checker, up_ms, ledger, call->args[i], call->args[i + 1], false);
}

bool
checker_has_untold_restore(const struct checker *checker)
{
	for (size_t i = 0; i < checker->nledgers; i++) {
		const struct ledger *ledger = &checker->ledgers[i];

		for (size_t j = 0; j < ledger->nacts; j++) {
			const char *lane = store_value(&ledger->journal, ledger->acts[j].step);

			if (strcmp(ledger->acts[j].label, "restore") == 0 && ledger->acts[j].arrivals > 0 && lane &&
			    strstr(lane, "\"held\":true") && !strstr(lane, "\"restoring\":true"))
				return true;
		}
	}
	return false;
}

void
checker_crashed(struct checker *checker)
{
	/* A new core knows nothing before it has taken over: intents of the old one are no licence for it. */
	for (size_t i = 0; i < checker->nledgers; i++) {
		for (size_t j = 0; j < checker->ledgers[i].nacts; j++) {
			struct checked_act *act = &checker->ledgers[i].acts[j];

			act->inherited = true;
			act->old_intents += act->intents;
			act->old_arrivals += act->arrivals;
			act->intents = act->arrivals = 0;
		}
	}
}

static bool
is_of_node(const char *step, const char *node)
{
	const char *slash = strrchr(step, '/');

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

/* The act that an arrival belongs to: one with an unused intent first, else one whose intents are used up. */
static struct checked_act *
find_act(struct checker *checker, const char *node, const char *verb, bool late, struct ledger **ret_ledger)
{
	struct checked_act *found = NULL;

	for (size_t i = 0; i < checker->nledgers; i++) {
		struct ledger *ledger = &checker->ledgers[i];

		for (size_t j = 0; j < ledger->nacts; j++) {
			struct checked_act *act = &ledger->acts[j];

			if (!is_of_node(act->step, node) || !label_is_for(act->label, verb))
				continue;
			if (found && (!has_licence(act, late) || strncmp(act->step, "lane/", 5) == 0))
				continue;
			*ret_ledger = ledger;
			found = act;
			if (has_licence(act, late) && strncmp(act->step, "lane/", 5) != 0)
				return act;
		}
	}
	return found;
}

const char *
checker_arrival(struct checker *checker, int64_t up_ms, const char *node, const char *verb, bool late)
{
	struct ledger *ledger = NULL;
	struct checked_act *act = find_act(checker, node, verb, late, &ledger);
	const char *whose = late ? "a dead core's " : "";

	if (!act || (late ? act->old_intents : act->intents) == 0) {
		checker_fault(checker, up_ms, "I5: %s%s arrives at %s without an acknowledged intent%s%s", whose, verb,
		    node, act ? "; the journal has it in state " : "", act ? act->state : "");
		return NULL;
	}
	if (!has_licence(act, late))
		checker_fault(checker, up_ms, "I1: %s%s arrives at %s more often than %s intends it (state %s)", whose,
		    verb, node, act->step, act->state);
	*(late ? &act->old_arrivals : &act->arrivals) += 1;
	checker->untold |= late && strcmp(act->label, "restore") == 0;
	if (act->once && ++act->attempt_arrivals > 1)
		checker_fault(checker, up_ms, "I1: %s%s, which is for once, arrives at %s again in one attempt of %s",
		    whose, verb, node, act->step);
	if (is_finished(ledger, act->step))
		checker_fault(checker, up_ms, "I4: %s%s arrives at %s, but %s is done", whose, verb, node, act->step);
	return ledger->journal.uid;
}

void
checker_ordered(struct checker *checker, int64_t up_ms, const struct effect *effect, const char *uid)
{
	if (effect->kind == EFFECT_REDIS && effect->redis.script == REDIS_EXPIRE) {
		struct ledger *ledger = checker_ledger(checker, effect->redis.uid);

		if (*ledger->phase && *ledger->told_phase && strcmp(ledger->phase, ledger->told_phase) != 0)
			checker_fault(checker, up_ms, "the journal (%s) expires before its status (%s)", ledger->phase,
			    ledger->told_phase);
	}
	if (uid && effect->kube.body)
		checker_status(checker, up_ms, uid, effect->kube.body,
		    strncmp(effect->kube.content_type, "application/merge-patch", 23) == 0);
}
