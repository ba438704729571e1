#include "yaml_scalar.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(text, *words) == 0)
			return true;
	}
	return false;
}

static bool
skip(const char **at, const char *set)
{
	size_t len = strspn(*at, set);

	*at += len;
	return len > 0;
}

static bool
skip_one(const char **at, const char *set)
{
	bool found = **at && strchr(set, **at);

	*at += found;
	return found;
}

/* ".5e+3" and the like; false when something is begun and not ended. */
static bool
skip_fraction_and_exponent(const char **at)
{
	if (skip_one(at, ".") && !skip(at, DIGITS))
		return false;
	if (!skip_one(at, "eE"))
		return true;
	skip_one(at, "+-");
	return skip(at, DIGITS);
}

static bool
is_json_number(const char *text)
{
	if (*text == '-')
		text++;
	if (*text == '0')
		text++;
	else if (!skip(&text, DIGITS))
		return false;
	return skip_fraction_and_exponent(&text) && !*text;
}

/* Every other spelling of a number: a plus before it, zeros before it, underscores, 0x 0o 0b, ".5", "1.", ".inf". */
static bool
is_odd_number(const char *text)
{
	static const char *const special[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL};
	bool digits;

	text += *text == '+' || *text == '-';
	if (is_one_of(text, special))
		return true;
	if (text[0] == '0' && text[1] && strchr("xXoObB", text[1]))
		return text[2] && text[2 + strspn(text + 2, DIGITS "abcdefABCDEF_")] == '\0';
	digits = *text != '_' && skip(&text, DIGITS "_");
	if (skip_one(&text, "."))
		digits = skip(&text, DIGITS "_") || digits;
	if (digits && skip_one(&text, "eE")) {
		skip_one(&text, "+-");
		digits = skip(&text, DIGITS "_");
	}
	return digits && !*text;
}

enum yaml_scalar
yaml_scalar_of(const char *text)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON",
	    "y", "Y", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF",
	    "n", "N", NULL};

	if (is_one_of(text, nulls))
		return YAML_SCALAR_NULL;
	if (is_one_of(text, trues))
		return YAML_SCALAR_TRUE;
	if (is_one_of(text, falses))
		return YAML_SCALAR_FALSE;
	if (is_json_number(text))
		return YAML_SCALAR_NUMBER;
	return is_odd_number(text) ? YAML_SCALAR_UNCLEAR : YAML_SCALAR_STRING;
}
