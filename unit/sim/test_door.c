/* What lint says of a workflow, the controller says in Accepted=False, word for word: one checker. */
#include "story.h"

#include "alloc.h"
#include "json.h"
#include "registry.h"
#include "source.h"
#include "workflow.h"

static const char *const mistaken[] = {
	"\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drian\"}]}}]",
	"\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"systemd-start-service\"}]}}]",
	/* The compiler alone would not mind: "5" is an integer and a text. */
	"\"variables\":[{\"name\":\"x\",\"type\":\"boolean\",\"default\":false}],"
	"\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":[{"
	"\"condition\":\"compactions-nominal\",\"with\":{\"threshold\":\"+x+\"}}]}]}}]",
	"\"steps\":[{\"wait\":[{\"condition\":\"cluster-normal\",\"successWindow\":\"2h\",\"timeout\":\"1h\"}]}]",
};

/* The first error that lint tells, without its place in the file; owned. */
static char *
lint(const char *spec)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"own\"},\"spec\":{%s}}", spec);
	struct findings findings = {.count = 0};
	char *found = NULL;

	workflow_free(workflow_read(text, strlen(text), "own", registry, &findings));
	for (size_t i = 0; i < findings.count && !found; i++)
		if (findings.items[i].severity == SEVERITY_ERROR)
			found = xstrdup(findings.items[i].text);
	findings_done(&findings);
	CHECK(found);
	return found;
}

static const struct cJSON *
accepted(const struct cJSON *status)
{
	JSON_EACH(condition, json_get(status, "conditions"))
		if (strcmp(json_str_or(condition, "type", ""), "Accepted") == 0)
			return condition;
	return NULL;
}

static void
the_controller_says_what_lint_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistaken); i++) {
		CLEANUP_FREE char *spec = xasprintf("\"spec\":{%s}", mistaken[i]), *said = lint(mistaken[i]);
		struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = spec});
		CLEANUP_JSON struct cJSON *status = NULL;
		const char *message;

		wait_ms(scene, MINUTES(2));
		status = json_parse(scene_operation(scene->world)->status,
		    strlen(scene_operation(scene->world)->status), NULL);
		message = json_str_or(accepted(status), "message", "");
		if (strncmp(message, "workflow own, ", 14) == 0)
			message += 14;
		CHECK_TEXT(json_str(accepted(status), "status"), "False");
		CHECK_TEXT(message, said);
		HOLDS(scene, arrived(scene, SIM_ARRIVED_DRAIN, NULL) == 0);
		scene_free(scene);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_controller_says_what_lint_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
