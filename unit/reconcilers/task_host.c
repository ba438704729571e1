#include "task_host.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "effect.h"

#define OURS "strait-"

/* ":2" of "strait-…:2.service". */
static char *
own(const char *what, const char *unit)
{
	const char *number = strchr(unit, ':');

	return number ? xasprintf("%s%.*s", what, (int)strcspn(number, ". "), number) : xstrdup(what);
}

static const char *
after(const char *words, const char *first)
{
	size_t len = strlen(first);

	return strncmp(words, first, len) == 0 ? words + len : NULL;
}

static char *
output_key(const char *words, const char *unit)
{
	const char *part = strstr(words, " skip=");
	CLEANUP_FREE char *output = own("output", unit);

	return part ? xasprintf("%s %.*s", output, (int)strcspn(part + 6, " "), part + 6) : TAKE_PTR(output);
}

char *
host_key(const char *words)
{
	const char *rest, *more;

	if ((rest = after(words, "systemctl show ")))
		return after(rest, OURS) ? own("run", rest) : xasprintf("show %.*s", (int)strcspn(rest, " "), rest);
	if ((rest = after(words, "systemctl --no-block ")))
		return strstr(rest, " " OURS) ? xstrdup("forget") : xstrdup(rest);
	if (strspn(words, "sto") > 1 || after(words, "restart "))
		return xstrdup(words);
	if (after(words, "systemd-run ") && (more = strstr(words, " -- ")))
		return xasprintf("run %s", more + 4);
	if ((rest = strstr(words, OURS)) && (after(words, "tail ") || after(words, "dd ")))
		return output_key(words, rest);
	if ((rest = after(words, "ps --pid ")))
		return xasprintf("process %.*s", (int)strcspn(rest, " "), rest);
	return after(words, "install ") ? xstrdup("prepare") : after(words, "rm ") ? xstrdup("remove") : NULL;
}

char *
host_words_of(const struct effect *effect)
{
	struct buf words = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < EFFECT_ARGS && effect->host.args[i]; i++)
		buf_printf(&words, "%s%s", i ? " " : "", effect->host.args[i]);
	return buf_take(&words);
}

struct reply
host_run_reply(const char *words)
{
	char state[24] = "", result[24] = "exit-code";
	const char *boot = strstr(words, "boot=");
	int status = 0;

	if (sscanf(words, "%23s %d %23[a-z-]", state, &status, result) < 1)
		CHECK_FAIL("\"%s\": expected none, running, succeeded or failed STATUS [RESULT]", words);
	return (struct reply){
		.outcome = OUTCOME_ANSWERED,
		.body = xasprintf("Result=%s\nExecMainStatus=%d\nId=x.service\nLoadState=%s\nActiveState=%s\nSubState=%s\n"
		    "Job=\nInvocationID=\n\nId=sysinit.target\nLoadState=loaded\nActiveState=active\nSubState=active\n"
		    "InvocationID=%s\nJob=\n", state[0] == 'f' ? result : "success", status,
		    state[0] == 'n' ? "not-found" : "loaded", state[0] == 'n' ? "inactive" : state[0] == 'r' ? "activating"
		    : state[0] == 's' ? "active" : "failed", state[0] == 's' ? "exited" : "any", boot ? boot + 5 : "b0"),
		.error = xstrdup(""),
	};
}

const char *
host_default(const char *key)
{
	static const char *const known[][2] = {
		{"prepare", "exit 0"}, {"forget", "exit 0"}, {"remove", "exit 0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i][0], key) == 0)
			return known[i][1];
	return NULL;
}
