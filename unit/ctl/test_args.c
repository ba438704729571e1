#include "check.h"

#include "args.h"

enum { WORDS = 8 };

/* 'line' is cut at blanks. */
static int
parse(struct args *ret, char *line, unsigned takes, struct err *err)
{
	char *argv[WORDS], *rest = line;
	int argc = 0;

	*ret = (struct args){.program = "straitctl"};
	while (argc < WORDS && (argv[argc] = strsep(&rest, " ")))
		argc++;
	return args_parse(ret, argc, argv, takes, err);
}

static void
options_stand_anywhere(void **state)
{
	char line[] = "-n ops prd --kubeconfig=/k --context dev -o json";
	struct args args;
	struct err err;

	(void)state;
	CHECK_INT(parse(&args, line, TAKES_API | TAKES_OUTPUT, &err), 0);
	CHECK_INT(args.nwords, 1);
	CHECK_TEXT(args.words[0], "prd");
	CHECK_TEXT(args.namespace_, "ops");
	CHECK_TEXT(args.kubeconfig, "/k");
	CHECK_TEXT(args.context, "dev");
	CHECK_TEXT(args.output, "json");
	CHECK(!args.help);
	args_done(&args);
}

static void
after_two_hyphens_all_are_words(void **state)
{
	char line[] = "-h -- --help -";
	struct args args;
	struct err err;

	(void)state;
	CHECK_INT(parse(&args, line, 0, &err), 0);
	CHECK_INT(args.nwords, 2);
	CHECK_TEXT(args.words[0], "--help");
	CHECK(args.help);
	args_done(&args);
}

/* A shell makes several words of a list that is broken over lines behind its commas. */
static void
a_list_goes_on_behind_a_comma(void **state)
{
	char line[] = "w --nodes=a, b, c,d --zone dc/a --zone dc/b";
	struct args args;
	struct err err;

	(void)state;
	CHECK_INT(parse(&args, line, TAKES_TARGETS, &err), 0);
	CHECK_INT(args.nwords, 1);
	CHECK_INT(args.nodes.count, 4);
	CHECK_TEXT(args.nodes.items[1], "b");
	CHECK_TEXT(args.nodes.items[3], "d");
	CHECK_INT(args.zones.count, 2);
	args_done(&args);
}

static void
a_list_ends_before_the_next_option(void **state)
{
	char line[] = "--nodes a, --var x=1 w --var y=a,b";
	struct args args;
	struct err err;

	(void)state;
	CHECK_INT(parse(&args, line, TAKES_TARGETS, &err), 0);
	CHECK_INT(args.nodes.count, 1);
	CHECK_INT(args.nwords, 1);
	CHECK_INT(args.vars.count, 2);
	CHECK_TEXT(args.vars.items[1], "y=a,b");
	args_done(&args);
}

static void
what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *line;
		unsigned takes;
		const char *error;
	} cases[] = {
		{"--namspace x", TAKES_API, "there is no option --namspace here; did you mean \"--namespace\"?"},
		{"--namespace=x", 0, "there is no option --namespace here"},
		{"-x", TAKES_API, "there is no option -x here"},
		{"prd -n", TAKES_API, "--namespace: expected NAME after it"},
		{"--context=", TAKES_API, "--context: expected NAME after it"},
		{"--help=yes", 0, "--help takes no value"},
		{"-o yaml", TAKES_OUTPUT, "--output yaml: expected json, or no --output for a table"},
		{"-o text", TAKES_FORMS, "--output text: expected json, yaml, wide or name, or no --output for a table"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *line = strdup(cases[i].line);
		struct args args;
		struct err err;

		CHECK_INT(parse(&args, line, cases[i].takes, &err), -1);
		CHECK_TEXT(err.text, cases[i].error);
		args_done(&args);
		free(line);
	}
}

static void
the_help_lists_what_is_taken(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

	(void)state;
	args_help(TAKES_OUTPUT, &out);
	CHECK_TEXT(buf_str(&out),
	    "  -o, --output json       for programs, instead of a table\n"
	    "  -h, --help              print this and leave\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(after_two_hyphens_all_are_words),
		cmocka_unit_test(a_list_goes_on_behind_a_comma),
		cmocka_unit_test(a_list_ends_before_the_next_option),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(the_help_lists_what_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
