/* Every pass is made twice: the second on the same facts must ask for the same and say the same. The types that the
 * core is given are copies whose functions call the real ones. */
#include "alloc.h"
#include "check.h"
#include "op.h"
#include "outbox.h"
#include "question.h"
#include "plan.h"
#include "registry.h"
#include "state.h"
#include "task_run.h"

enum { TYPES_MAX = 128 };

static struct run *current;

void
twice_begin(struct run *run)
{
	current = run;
}

/* What a pass may change; the texts are owned. */
struct seen {
	struct act_record acts[ACTS_MAX];
	size_t nacts;
	struct memory *memory, *lane_memory;
	size_t nmemory, nlane_memory;
	bool *used;
	size_t nquestions;
	unsigned asked, ntexts;
	int64_t wait_ms;
	char sentence[MESSAGE];
	size_t line;
	size_t questions_left;        /* effects that ask */
	size_t notices;
};

static struct memory *
copy_memory(const struct memory *memory, size_t count)
{
	struct memory *copy = xcalloc(count + 1, sizeof *copy);

	for (size_t i = 0; i < count; i++) {
		copy[i] = memory[i];
		copy[i].value = xstrdup(memory[i].value);
	}
	return copy;
}

static void
free_memory(struct memory *memory, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(memory[i].value);
	free(memory);
}

static size_t
count_questions(const struct run *run)
{
	return small_count(&run->small, EFFECT_REST) + small_count(&run->small, EFFECT_HOST) +
	    small_count(&run->small, EFFECT_WEB) + small_count(&run->small, EFFECT_KUBE);
}

static struct seen
look(const struct task *t)
{
	const struct step *step = t->step;
	struct seen seen = {
		.nacts = step->nacts,
		.memory = copy_memory(step->memory, step->nmemory),
		.nmemory = step->nmemory,
		.nquestions = t->nquestions,
		.used = xcalloc(t->nquestions + 1, sizeof *seen.used),
		.asked = t->asked,
		.ntexts = t->ntexts,
		.wait_ms = t->wait_ms,
		.line = t->op->journal.open.line.len,
		.questions_left = count_questions(current),
		.notices = t->op->outbox ? t->op->outbox->count : 0,
	};

	snprintf(seen.sentence, sizeof seen.sentence, "%s", t->sentence);
	for (size_t i = 0; i < step->nacts; i++) {
		seen.acts[i] = step->acts[i];
		seen.acts[i].target = xstrdup(step->acts[i].target);
	}
	if (step->lane) {
		seen.lane_memory = copy_memory(step->lane->memory, step->lane->nmemory);
		seen.nlane_memory = step->lane->nmemory;
	}
	for (size_t i = 0; i < t->nquestions; i++)
		seen.used[i] = t->questions[i]->used;
	return seen;
}

static void
seen_done(struct seen *seen)
{
	for (size_t i = 0; i < seen->nacts; i++)
		free(seen->acts[i].target);
	free_memory(seen->memory, seen->nmemory);
	free_memory(seen->lane_memory, seen->nlane_memory);
	free(seen->used);
}

/* As it was before the first pass: but questions that were asked stay asked. */
static void
put_back(struct task *t, const struct seen *seen)
{
	struct step *step = t->step;

	for (size_t i = 0; i < step->nacts; i++) {
		struct act_record was = step->acts[i];

		free(step->acts[i].target);
		if (i >= seen->nacts) {
			free((char *)was.view.answer);
			free(was.headers);
			free(was.body);
			was.headers = was.body = NULL;
		}
		step->acts[i] = i < seen->nacts ? seen->acts[i] : (struct act_record){0};
		step->acts[i].headers = was.headers;
		step->acts[i].body = was.body;
		step->acts[i].target = i < seen->nacts ? xstrdup(seen->acts[i].target) : NULL;
	}
	step->nacts = seen->nacts;
	free_memory(step->memory, step->nmemory);
	step->memory = copy_memory(seen->memory, seen->nmemory);
	step->nmemory = seen->nmemory;
	if (step->lane) {
		free_memory(step->lane->memory, step->lane->nmemory);
		step->lane->memory = copy_memory(seen->lane_memory, seen->nlane_memory);
		step->lane->nmemory = seen->nlane_memory;
	}
	while (t->op->outbox && t->op->outbox->count > seen->notices)
		outbox_remove(t->core, t->op, t->op->outbox->list[t->op->outbox->count - 1]);
	for (size_t i = 0; i < t->nquestions; i++)
		t->questions[i]->used = i < seen->nquestions && seen->used[i];
	t->asked = seen->asked;
	t->ntexts = seen->ntexts;
	t->wait_ms = seen->wait_ms;
	snprintf(t->sentence, sizeof t->sentence, "%s", seen->sentence);
	t->op->journal.open.line.len = seen->line;
	if (t->op->journal.open.line.data)
		t->op->journal.open.line.data[seen->line] = '\0';
}

static bool
same_memory(const struct memory *a, size_t na, const struct memory *b, size_t nb)
{
	bool same = na == nb;

	for (size_t i = 0; same && i < na; i++)
		same = strcmp(a[i].key, b[i].key) == 0 && strcmp(a[i].value, b[i].value) == 0;
	return same;
}

static bool
same_acts(const struct seen *a, const struct seen *b)
{
	bool same = a->nacts == b->nacts;

	for (size_t i = 0; same && i < a->nacts; i++) {
		const struct act_record *x = &a->acts[i], *y = &b->acts[i];

		same = strcmp(x->label, y->label) == 0 && strcmp(x->target, y->target) == 0 && x->kind == y->kind &&
		    x->view.state == y->view.state && x->fresh == y->fresh && x->resend == y->resend;
	}
	return same;
}

/* What differs, in a word; NULL: nothing. */
static const char *
difference(const struct seen *a, const struct seen *b)
{
	if (strcmp(a->sentence, b->sentence) != 0)
		return "another sentence";
	if (a->nquestions != b->nquestions || a->asked != b->asked || a->questions_left != b->questions_left ||
	    memcmp(a->used, b->used, a->nquestions * sizeof *a->used) != 0)
		return "other questions";
	if (!same_acts(a, b))
		return "other acts";
	if (a->wait_ms != b->wait_ms)
		return "another time to wait";
	if (!same_memory(a->memory, a->nmemory, b->memory, b->nmemory) ||
	    !same_memory(a->lane_memory, a->nlane_memory, b->lane_memory, b->nlane_memory))
		return "other things remembered";
	return NULL;
}

static void
tell_pass(const struct task *t, const char *word)
{
	char line[sizeof current->last_pass];

	if (t->asked > 0 || (t->type != t->step->plan->type && t->step->plan->type))
		return;         /* not a judgement yet; or the gate's */
	snprintf(line, sizeof line, "%s%s%s", word, t->sentence[0] ? ": " : "", t->sentence);
	if (strcmp(line, current->last_pass) != 0)
		run_tell(current, "%s", line);
	snprintf(current->last_pass, sizeof current->last_pass, "%s", line);
}

typedef int call(const struct reconciler *type, struct task *t);

static int
twice(struct task *t, call *author, const char *const *words)
{
	const struct reconciler *type = plan_find_type(registry, t->type->name);
	struct seen before = look(t), first, second;
	const char *differs;
	int said = author(type, t), again;

	first = look(t);
	put_back(t, &before);
	again = author(type, t);
	second = look(t);
	differs = said != again ? "another verdict" : difference(&first, &second);
	if (differs)
		RUN_FAIL(current, "the same pass, made again, gives %s:\n first: %s: %s\nsecond: %s: %s", differs,
		    words[said],
		    first.sentence, words[again], second.sentence);
	if (t->asked == 0 && !t->sentence[0])
		RUN_FAIL(current, "a pass says %s without a sentence", words[said]);
	tell_pass(t, words[said]);
	seen_done(&before);
	seen_done(&first);
	seen_done(&second);
	return said;
}

static int
call_reconcile(const struct reconciler *type, struct task *t)
{
	return (int)type->reconcile(t);
}

static int
call_judge(const struct reconciler *type, struct task *t)
{
	return (int)type->judge(t);
}

static enum verdict
reconcile_twice(struct task *t)
{
	static const char *const words[] = {
		[VERDICT_WAIT] = "waits", [VERDICT_DONE] = "done", [VERDICT_RETRY] = "retry", [VERDICT_HALT] = "halt",
	};

	return (enum verdict)twice(t, call_reconcile, words);
}

static enum truth
judge_twice(struct task *t)
{
	static const char *const words[] = {
		[TRUTH_UNKNOWN] = "unknown", [TRUTH_HOLDS] = "holds", [TRUTH_FAILS] = "fails",
	};

	return (enum truth)twice(t, call_judge, words);
}

const struct reconciler *const *
twice_types(void)
{
	static struct reconciler types[TYPES_MAX];
	static const struct reconciler *list[TYPES_MAX + 1];

	for (size_t i = 0; registry[i] && i < TYPES_MAX; i++) {
		types[i] = *registry[i];
		types[i].reconcile = types[i].reconcile ? reconcile_twice : NULL;
		types[i].judge = types[i].judge ? judge_twice : NULL;
		list[i] = &types[i];
	}
	return list;
}
