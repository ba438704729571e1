#include "rules.h"

#include "instant.h"
#include "value.h"

int
rule_window(const char *place, int64_t window_ms, int64_t timeout_ms, struct err *err)
{
	char within[INSTANT_TEXT], longest[INSTANT_TEXT];

	if (window_ms < timeout_ms)
		return 0;
	return err_set(err, "%s.successWindow: %s can never be over within the timeout, %s", place,
	    duration_text(window_ms, within), duration_text(timeout_ms, longest));
}

int
rule_missing(const char *place, const struct parameter *parameter, struct err *err)
{
	return err_set(err, "%s: missing; expected %s (%s)", place, value_type_name(parameter->type), parameter->help);
}
