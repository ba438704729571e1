#include "values.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

static struct value *
find(const struct values *values, const char *name)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i].name, name) == 0)
			return &values->items[i];
	return NULL;
}

const char *
values_find(const struct values *values, const char *name)
{
	const struct value *value = find(values, name);

	return value ? value->text : NULL;
}

void
values_put(struct values *values, const char *name, const char *text)
{
	struct value *value = find(values, name);

	if (!value) {
		value = ARRAY_GROW(values->items, values->count);
		value->name = xstrdup(name);
	}
	free(value->text);
	value->text = xstrdup(text);
}

void
values_record(const struct values *values, struct json_out *out)
{
	if (values->count == 0)
		return;
	json_open(out, "values");
	for (size_t i = 0; i < values->count; i++)
		json_put_str(out, values->items[i].name, values->items[i].text);
	json_close(out);
}

void
values_read(struct values *values, const struct cJSON *record)
{
	JSON_EACH (member, json_get(record, "values"))
		if (json_text(member))
			values_put(values, json_key(member), json_text(member));
}

void
values_done(struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		free(values->items[i].name);
		free(values->items[i].text);
	}
	free(values->items);
	*values = (struct values){0};
}
