#include "value.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "instant.h"
#include "known.h"
#include "manifest.h"
#include "plan.h"
#include "yaml_json.h"

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
		[PARAMETER_ZONE] = "a zone such as dc1/a",
		[PARAMETER_LIST] = "a list with commas in between",
		[PARAMETER_MANIFEST] = "Kubernetes objects as YAML or JSON",
		[PARAMETER_YAML] = "YAML or JSON",
	};

	return names[type];
}

bool
value_number(enum parameter_type type, const char *text, int64_t *ret)
{
	const char *digits = text + (*text == '-');
	size_t len = strspn(digits, "0123456789");

	if (type == PARAMETER_DURATION)
		return (*ret = duration_parse(text)) >= 0;
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

static void
put_bounds(const struct value_check *check, struct buf *out)
{
	bool least = check->bounded ? check->min != INT64_MIN : check->min != 0;
	bool most = check->bounded ? check->max != INT64_MAX : check->max != 0 && check->max != INT64_MAX;

	if (!check->bounded && most)
		least = true;
	if (least && most) {
		buf_puts(out, " from ");
		put_bound(check, check->min, out);
		buf_puts(out, " to ");
		put_bound(check, check->max, out);
	} else if (least || most) {
		buf_puts(out, " of ");
		put_bound(check, least ? check->min : check->max, out);
		buf_puts(out, least ? " or more" : " or less");
	}
}

static int
wrong(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_LINE);

	buf_puts(&what, value_type_name(check->type));
	put_bounds(check, &what);
	return err_set(err, "%s: expected %s, got \"%.80s\"", place, buf_str(&what), text);
}

static bool
in_range(const struct value_check *check, int64_t number)
{
	if (check->bounded)
		return number >= check->min && number <= check->max;
	if (check->min == 0 && check->max == 0)
		return true;
	return number >= check->min && (number <= check->max || check->max == 0);
}

/* A node's name, or a zone. */
static int
check_place_of(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	bool zone = check->type == PARAMETER_ZONE;
	struct known known;

	for (size_t i = 0; i < check->nnodes; i++) {
		if (strcmp(zone ? check->nodes[i].zone : check->nodes[i].name, text) == 0)
			return 0;
	}
	known_init(&known, text);
	for (size_t i = 0; i < check->nnodes; i++) {
		if (!zone || i == 0 || strcmp(check->nodes[i].zone, check->nodes[i - 1].zone) != 0)
			known_offer(&known, zone ? check->nodes[i].zone : check->nodes[i].name);
	}
	return known_refuse(&known, err, "%s: the cluster has no %s \"%.80s\"", place, zone ? "zone" : "node", text);
}

/* 90s and 1m30s are one. */
static bool
is_choice(const struct value_check *check, const char *text, size_t len)
{
	CLEANUP_FREE char *copy = xstrndup(text, len);
	int64_t number, choice;

	for (size_t i = 0; i < check->nchoices; i++) {
		if (strcmp(check->choices[i], copy) == 0)
			return true;
		if ((check->type == PARAMETER_INTEGER || check->type == PARAMETER_DURATION) &&
		    value_number(check->type, copy, &number) &&
		    value_number(check->type, check->choices[i], &choice) && number == choice)
			return true;
	}
	return false;
}

static int
check_choice(const struct value_check *check, const char *place, const char *text, size_t len, struct err *err)
{
	CLEANUP_BUF struct buf list = BUF_INIT(BUF_MAX_LINE);

	if (check->nchoices == 0 || is_choice(check, text, len))
		return 0;
	for (size_t i = 0; i < check->nchoices; i++)
		buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 == check->nchoices ? " or " : ", ", check->choices[i]);
	return err_set(err, "%s: expected %s, got \"%.*s\"", place, buf_str(&list), (int)(len < 80 ? len : 80), text);
}

static int
check_list(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	for (const char *at = text; *text; at += strcspn(at, ",") + 1) {
		size_t len = strcspn(at, ",");

		if (len == 0)
			return err_set(err, "%s: expected a list with commas in between, none of its entries empty, got "
			    "\"%.80s\"", place, text);
		if (check_choice(check, place, at, len, err) < 0)
			return -1;
		if (!at[len])
			break;
	}
	return 0;
}

static int
check_manifest(const char *place, const char *text, struct err *err)
{
	struct manifest manifest;
	struct err why = {""};
	int r = manifest_read(text, &manifest, &why);

	manifest_done(&manifest);
	return r == 0 ? 0 : err_set(err, "%s: expected Kubernetes objects as YAML or JSON: %s", place, why.text);
}

static int
check_yaml(const char *place, const char *text, struct err *err)
{
	CLEANUP_BUF struct buf json = BUF_INIT(BUF_MAX_OBJECT);
	struct err why = {""};

	if (yaml_to_json(text, strlen(text), &json, &why) < 0)
		return err_set(err, "%s: expected YAML or JSON: %s", place, why.text);
	return 0;
}

int
value_check(const struct value_check *check, const char *place, const char *text, struct err *err)
{
	int64_t number = 0;
	bool fits = true;

	switch (check->type) {
	case PARAMETER_STRING:
		break;
	case PARAMETER_NODE:
	case PARAMETER_ZONE:
		if (check_place_of(check, place, text, err) < 0)
			return -1;
		break;
	case PARAMETER_LIST:
		return check_list(check, place, text, err);
	case PARAMETER_MANIFEST:
		return check_manifest(place, text, err);
	case PARAMETER_YAML:
		return check_yaml(place, text, err);
	case PARAMETER_BOOLEAN:
		fits = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
		break;
	case PARAMETER_INTEGER:
	case PARAMETER_DURATION:
		fits = value_number(check->type, text, &number) && in_range(check, number);
		break;
	}
	return fits ? check_choice(check, place, text, strlen(text), err) : wrong(check, place, text, err);
}

void
value_expect(const struct workflow_variable *variable, struct value_check *ret)
{
	*ret = (struct value_check){
		.type = variable->type,
		.bounded = variable->bounded,
		.min = variable->bounded ? variable->min : 0,
		.max = variable->bounded ? variable->max : 0,
		.choices = variable->choices,
		.nchoices = variable->nchoices,
	};
}

void
value_expect_offline(const struct workflow_variable *variable, struct value_check *ret)
{
	value_expect(variable, ret);
	if (ret->type == PARAMETER_NODE || ret->type == PARAMETER_ZONE)
		ret->type = PARAMETER_STRING;
}
