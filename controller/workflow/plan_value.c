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
	const struct parameter *row = value || !type ? NULL : parameter_find(type, name);

	if (value)
		return value->text;
	return row && row->fallback ? row->fallback : "";
}

static const char *
text_of(const char *name, const struct plan_node *node, plan_look_fn *look, const void *arg)
{
	switch (builtin_find(name, strlen(name))) {
	case BUILTIN_NODE:
		return node ? node->name : NULL;
	case BUILTIN_ZONE:
		return node ? node->zone : NULL;
	default:
		return look ? look(arg, name) : NULL;
	}
}

char *
plan_value_of(const struct plan_value *value, const struct plan_node *node, plan_look_fn *look, const void *arg)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	const char *at = value->text;

	if (!value->rule || !*at)
		return xstrdup(at);
	while (*at) {
		size_t plain = strcspn(at, "+"), len;
		CLEANUP_FREE char *name = NULL;
		const char *text = "+";

		buf_put(&out, at, plain);
		at += plain;
		if (!*at)
			break;
		len = variables_name_len(at + 1);
		name = len > 0 && at[1 + len] == '+' ? xstrndup(at + 1, len) : NULL;
		if (name)
			text = text_of(name, node, look, arg);
		if (!text) {
			buf_done(&out);
			return NULL;
		}
		buf_puts(&out, text);
		at += len > 0 ? len + 2 : 2;
	}
	return buf_take(&out);
}

const struct plan_set *
plan_find_set(const struct plan *plan, const char *variable)
{
	for (size_t b = 0; b < plan->nblocks; b++)
		for (size_t i = 0; i < plan->blocks[b].nsteps; i++) {
			const struct plan_set *set = plan->blocks[b].steps[i].sets;

			if (set && strcmp(set->variable, variable) == 0)
				return set;
		}
	return NULL;
}
