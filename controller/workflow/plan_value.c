/* Values of parameters: most are what they are when the plan is made, some differ from lane to lane. */
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "builtin.h"
#include "plan.h"
#include "variables.h"

const struct plan_value *
plan_value_find(const struct plan_value *with, size_t nwith, const char *name)
{
	for (size_t i = 0; i < nwith; i++) {
		if (strcmp(with[i].name, name) == 0)
			return &with[i];
	}
	return NULL;
}

const char *
plan_value(const struct plan_value *with, size_t nwith, const struct reconciler *type, const char *name)
{
	const struct plan_value *value = plan_value_find(with, nwith, name);

	if (value)
		return value->text;
	for (size_t i = 0; type && i < TASK_PARAMETERS && type->parameters[i].name; i++) {
		if (strcmp(type->parameters[i].name, name) == 0 && type->parameters[i].fallback)
			return type->parameters[i].fallback;
	}
	return "";
}

char *
plan_value_of(const struct plan_value *value, const struct plan_node *node)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	const char *at = value->text;

	if (!value->rule || !*at)
		return xstrdup(at);
	while (*at) {
		size_t plain = strcspn(at, "+"), len;

		buf_put(&out, at, plain);
		at += plain;
		if (!*at)
			break;
		len = variables_name_len(at + 1);
		if (len > 0 && at[1 + len] == '+')
			buf_puts(&out, builtin_find(at + 1, len) == BUILTIN_ZONE ? node->zone : node->name);
		else
			buf_putc(&out, '+');
		at += len > 0 ? len + 2 : 2;
	}
	return buf_take(&out);
}
