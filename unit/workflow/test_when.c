/* Tests by which a step is done or left out: refused with their place, decided by the plan where it can tell, kept with the
 * step where it cannot, the same in both forms. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "json.h"
#include "lint.h"
#include "source.h"

#define VARIABLES "{\"name\":\"up\",\"type\":\"boolean\",\"default\":true},{\"name\":\"mode\",\"type\":\"string\"," \
	"\"enum\":[\"fast\",\"slow\"],\"default\":\"slow\"},{\"name\":\"n\",\"type\":\"duration\",\"default\":\"90s\"}," \
	"{\"name\":\"none\",\"type\":\"string\"},{\"name\":\"who\",\"type\":\"list\",\"default\":\"a,b\"}"
#define LOOK(more) "{\"task\":\"look\"" more "}"
#define WHEN(test) LOOK(",\"when\":" test)
#define EACH(more, steps) "{\"eachNode\":{" more "\"steps\":[" steps "]}}"
#define AT "workflow roll, spec.steps[0].when"

static struct workflow *
of(const char *steps)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"variables\":[" VARIABLES
	    "],\"steps\":[%s]}}", steps);

	return fake_workflow(text);
}

static struct plan *
compile(const char *steps, struct err *err)
{
	struct workflow *w = of(steps);
	struct plan_input input = fake_input();
	struct plan *plan;

	input.cluster = "prd";
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	return plan;
}

static const char *const shapes[][2] = {
	{"3", AT ": expected +name+ of a boolean, or {variable: name, is: value}, or {step: name, is: outcome}, got 3"},
	{"\"up\"",
	    AT ": expected +name+ of a boolean, or {variable: name, is: value}, or {step: name, is: outcome}, got \"up\""},
	{"[]", AT ": tests nothing; expected at least one test"},
	{"{\"variable\":\"mode\"}", AT ": exactly one of is and not must be set"},
	{"{\"variable\":\"mode\",\"is\":\"fast\",\"not\":\"slow\"}", AT ": exactly one of is and not must be set"},
	{"{\"is\":\"fast\"}", AT ": exactly one of variable and step must be set"},
	{"{\"variable\":\"mode\",\"equals\":\"fast\"}", AT ".equals: unknown field"},
	{"{\"variable\":\"+mode+\",\"is\":\"fast\"}",
	    AT ".variable: expected a variable's name, without pluses, got \"+mode+\""},
	{"{\"variable\":\"mode\",\"is\":[]}", AT ".is: names no value; expected at least one"},
	{"{\"variable\":\"mode\",\"is\":\"\"}", AT ".is: is empty; expected a value"},
	{"{\"step\":\"x\",\"is\":\"passed\"}", AT ".is: a step is done, rescued, failed or skipped, got \"passed\""},
};

static const char *const refusals[][2] = {
	{WHEN("\"+upp+\""), AT ": roll has no variable \"upp\"; did you mean \"up\"? Known: up, mode, n, none, who"},
	{WHEN("\"+mode+\""), AT ": expected fast or slow, got \"true\""},
	{WHEN("{\"variable\":\"mode\",\"is\":\"fats\"}"), AT ": expected fast or slow, got \"fats\""},
	{WHEN("{\"variable\":\"n\",\"is\":3}"), AT ": expected a duration such as 90s or 1h30m, got \"3\""},
	{WHEN("{\"variable\":\"who\",\"is\":\"a\"}"),
	    AT ": +who+ is a list, which no test can be about; declare a variable for what is to be told"},
	{WHEN("{\"variable\":\"zone\",\"is\":\"east/a\"}"),
	    AT ": +zone+ is another one for each node, and has a value only in the steps of an eachNode"},
	{WHEN("{\"step\":\"x\",\"is\":\"done\"}") "," LOOK(",\"name\":\"x\""), AT ": no step before this one is named \"x\" "
	    "whose outcome is known here: one of the cluster's, or of the same eachNode"},
	{LOOK(",\"name\":\"x\"") "," LOOK(",\"name\":\"x\"") "," WHEN("{\"step\":\"x\",\"is\":\"done\"}"),
	    "workflow roll, spec.steps[2].when: two steps before this one are named \"x\"; name one of them otherwise"},
	{"{\"approval\":{},\"name\":\"x\"}," WHEN("{\"step\":\"x\",\"is\":\"done\"}"),
	    "workflow roll, spec.steps[1].when: \"x\" is an approval, which has no outcome but that it was given"},
	{EACH("", LOOK(",\"name\":\"x\"")) "," WHEN("{\"step\":\"x\",\"is\":\"done\"}"), "workflow roll, spec.steps[1].when: "
	    "no step before this one is named \"x\" whose outcome is known here: one of the cluster's, or of the same "
	    "eachNode"},
};

static void
keep_error(void *user, enum severity severity, const char *sentence)
{
	if (severity == SEVERITY_ERROR)
		err_set(user, "%s", sentence);
}

static void
nonsense_is_refused_with_its_place(void **state)
{
	struct err err = {""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"steps\":[" WHEN("%s") "]}}",
		    shapes[i][0]);
		CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);

		CHECK(json);
		CHECK(!workflow_decode(json, &err));
		CHECK_TEXT(err.text, shapes[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct workflow *w = of(refusals[i][0]);
		struct err said = {""};

		CHECK(!compile(refusals[i][0], &err));
		CHECK_TEXT(err.text, refusals[i][1]);
		/* Lint needs no cluster for it. */
		workflow_lint(w, fake_types, NULL, keep_error, &said);
		CHECK_TEXT(said.text, refusals[i][1]);
		workflow_free(w);
	}
}

/* Steps and what the plan leaves out of them; NULL: nothing. */
static const char *const decided[][2] = {
	{WHEN("\"+up+\""), NULL},
	{WHEN("{\"variable\":\"up\",\"is\":false}"), "1.1 look: when: +up+ is true"},
	{WHEN("{\"variable\":\"up\",\"not\":true}"), "1.1 look: when: +up+ is true"},
	{WHEN("{\"variable\":\"mode\",\"is\":[\"fast\",\"slow\"]}"), NULL},
	{WHEN("{\"variable\":\"mode\",\"is\":\"fast\"}"), "1.1 look: when: +mode+ is slow, not fast"},
	{WHEN("{\"variable\":\"mode\",\"not\":[\"fast\",\"slow\"]}"), "1.1 look: when: +mode+ is slow"},
	{WHEN("{\"variable\":\"n\",\"is\":[\"1m30s\"]}"), NULL},
	{WHEN("{\"variable\":\"n\",\"is\":[\"1m\",\"2m\"]}"), "1.1 look: when: +n+ is 90s, not one of 1m, 2m"},
	{WHEN("{\"variable\":\"none\",\"is\":\"x\"}"), "1.1 look: when: +none+ has no value"},
	{WHEN("{\"variable\":\"none\",\"not\":\"x\"}"), NULL},
	{WHEN("{\"variable\":\"cluster\",\"is\":\"dev\"}"), "1.1 look: when: +cluster+ is prd, not dev"},
	{WHEN("[\"+up+\",{\"variable\":\"mode\",\"is\":\"fast\"}]"), "1.1 look: when: +mode+ is slow, not fast"},
	{LOOK(",\"name\":\"x\",\"when\":{\"variable\":\"up\",\"is\":false}") "," WHEN("{\"step\":\"x\",\"is\":\"done\"}"),
	    "1.1 x: when: +up+ is true; 1.2 look: when: step 1.1 is skipped, not done"},
	{EACH("\"when\":{\"variable\":\"up\",\"is\":false},\"nodes\":[\"+none+\"],", LOOK("")),
	    "1 eachNode: when: +up+ is true"},
	{EACH("", WHEN("{\"variable\":\"up\",\"is\":false}")) "," LOOK(""), "1.1 look: when: +up+ is true"},
	{"{\"workflow\":\"other\",\"when\":{\"variable\":\"up\",\"is\":false}}," LOOK(""), "1 other: when: +up+ is true"},
	{EACH("\"batch\":{\"size\":2,\"then\":[" WHEN("{\"variable\":\"up\",\"is\":false}") "]},", LOOK("")),
	    "1.batch.1 look: when: +up+ is true"},
	/* What it would lack if it were done is not missed. */
	{"{\"task\":\"count-things\",\"with\":{\"most\":1,\"note\":\"a+none+b\"},\"when\":{\"variable\":\"up\",\"is\":false}}",
	    "1.1 count-things: when: +up+ is true"},
};

static void
what_can_be_told_is_decided_by_the_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(decided); i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
		struct err err = {""};
		struct plan *plan = compile(decided[i][0], &err), *back;

		if (!plan)
			CHECK_FAIL("%s\n%s", err.text, decided[i][0]);
		for (size_t b = 0; b < plan->nblocks; b++)
			for (size_t k = 0; k < plan->blocks[b].nleft_out; k++) {
				const struct plan_left_out *left = &plan->blocks[b].left_out[k];

				buf_printf(&out, "%s%s %s: %s", out.len ? "; " : "", left->number, left->what, left->why);
			}
		CHECK_TEXT(buf_str(&out), decided[i][1] ? decided[i][1] : "");
		/* A build before this one can go on with it. */
		CHECK_CONTAINS(plan->text, "{\"format\":1,");
		back = plan_decode(plan->text, fake_types, &err);
		CHECK(back);
		CHECK_TEXT(back->hash, plan->hash);
		plan_free(plan);
		plan_free(back);
	}
}

static void
the_rest_stays_with_the_step(void **state)
{
	struct err err = {""};
	struct plan *plan = compile(LOOK(",\"name\":\"x\"") "," EACH("\"when\":{\"step\":\"x\",\"not\":\"failed\"},",
	    LOOK(",\"name\":\"y\",\"when\":{\"variable\":\"zone\",\"is\":[\"east/a\",\"east/b\"]}") ","
	    WHEN("{\"step\":\"y\",\"is\":\"done\"}")), &err), *back;
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_FILE), why = BUF_INIT(BUF_MAX_FILE);
	const struct plan_block *block;

	(void)state;
	if (!plan)
		CHECK_FAIL("%s", err.text);
	CHECK_CONTAINS(plan->text, "{\"format\":5,");
	back = plan_decode(plan->text, fake_types, &err);
	if (!back)
		CHECK_FAIL("%s", err.text);
	block = &back->blocks[1];
	CHECK_INT(block->nwhen, 1);
	plan_when_text(&block->when[0], &text);
	buf_puts(&text, "; ");
	plan_when_text(&block->steps[0].when[0], &text);
	buf_puts(&text, "; ");
	plan_when_text(&block->steps[1].when[0], &text);
	CHECK_TEXT(buf_str(&text), "step 1.1 is not failed; +zone+ is one of east/a, east/b; step 2.1 is done");
	CHECK(plan_asks_outcome(back, "1.1") && plan_asks_outcome(back, "2.1") && !plan_asks_outcome(back, "2.2"));
	CHECK(plan_when_holds(&block->steps[0].when[0], "east/b", &why));
	CHECK(!plan_when_holds(&block->steps[0].when[0], "east/c", &why));
	CHECK_TEXT(buf_str(&why), "when: +zone+ is east/c, not one of east/a, east/b");
	CHECK(plan_when_holds(&block->when[0], NULL, &why));
	buf_clear(&why);
	CHECK(!plan_when_holds(&block->steps[1].when[0], NULL, &why));
	CHECK_TEXT(buf_str(&why), "when: step 2.1 has not been reached");
	plan_free(plan);
	plan_free(back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(what_can_be_told_is_decided_by_the_plan),
		cmocka_unit_test(the_rest_stays_with_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
