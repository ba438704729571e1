#include "value.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "instant.h"
#include "known.h"
#include "plan.h"

enum { DIGITS_MAX = 15 };    /* below 2^53, as everything that was JSON */

const char *
value_type_name(enum parameter_type type)
{
	static const char *const names[] = {
		[PARAMETER_STRING] = "a string",
		[PARAMETER_INTEGER] = "an integer",
		[PARAMETER_BOOLEAN] = "true or false",
		[PARAMETER_DURATION] = "a duration such as 90s or 1h30m",
		[PARAMETER_NODE] = "a node's name",
	};

	return names[type];
}

static bool
parse_integer(const char *text, int64_t *ret)
{
	const char *digits = text + (*text == '-');
	size_t len = strspn(digits, "0123456789");

	if (len == 0 || len > DIGITS_MAX || digits[len])
		return false;
	*ret = strtoll(text, NULL, 10);
	return true;
}

static void
put_bound(const struct value_check *check, int64_t bound, struct buf *out)
{
	char text[INSTANT_TEXT];

	if (check->type == PARAMETER_DURATION)
		buf_puts(out, duration_text(bound, text));
	else
		buf_printf(out, "%lld", (long long)bound);
}

static int
wrong(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_LINE);

	buf_puts(&what, value_type_name(check->type));
	if (check->max != 0 && check->max != INT64_MAX) {
		buf_puts(&what, " from ");
		put_bound(check, check->min, &what);
		buf_puts(&what, " to ");
		put_bound(check, check->max, &what);
	} else if (check->min != 0) {
		buf_puts(&what, " of ");
		put_bound(check, check->min, &what);
		buf_puts(&what, " or more");
	}
	return err_set(err, "%s: expected %s, got \"%.80s\"", place, buf_str(&what), text);
}

static bool
in_range(const struct value_check *check, int64_t number)
{
	if (check->min == 0 && check->max == 0)
		return true;
	return number >= check->min && (number <= check->max || check->max == 0);
}

static int
check_node(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	struct known known;

	for (size_t i = 0; i < check->nnodes; i++) {
		if (strcmp(check->nodes[i].name, text) == 0)
			return 0;
	}
	known_init(&known, text);
	for (size_t i = 0; i < check->nnodes; i++)
		known_offer(&known, check->nodes[i].name);
	return known_refuse(&known, err, "%s: the cluster has no node \"%.80s\"", place, text);
}

int
value_check(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	int64_t number = 0;
	bool fits = true;

	switch (check->type) {
	case PARAMETER_STRING:
		return 0;
	case PARAMETER_NODE:
		return check_node(check, place, text, err);
	case PARAMETER_BOOLEAN:
		fits = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
		break;
	case PARAMETER_INTEGER:
		fits = parse_integer(text, &number) && in_range(check, number);
		break;
	case PARAMETER_DURATION:
		number = duration_parse(text);
		fits = number >= 0 && in_range(check, number);
		break;
	}
	return fits ? 0 : wrong(check, place, text, err);
}
