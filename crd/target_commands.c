#include "target_commands.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"

enum { COMMANDS_MOST = 64, ARGS_MOST = 16, LONGEST = 256, NAME_MOST = 63 };

#define LOWER "abcdefghijklmnopqrstuvwxyz"

size_t
target_gap(const char *text)
{
	size_t len;

	if (text[0] != '{' || !text[1] || !strchr(LOWER, text[1]))
		return 0;
	len = strspn(text + 1, LOWER "0123456789_");
	return text[1 + len] == '}' ? len + 2 : 0;
}

/* The parameters of run-command itself. */
static bool
is_reserved(const char *gap, size_t len)
{
	return (len == 9 && strncmp(gap, "{command}", len) == 0) || (len == 6 && strncmp(gap, "{argv}", len) == 0);
}

static int
read_arg(const struct field *f, size_t index, struct target_command *command, struct err *err)
{
	const char *text = json_text(f->value);
	size_t gap;

	if (!text || !*text || strlen(text) > LONGEST)
		return field_wrong(f, "a word of 1 to 256 characters", err);
	if (index == 0 && (text[0] != '/' || strchr(text, '{')))
		return field_wrong(f, "the program's path, such as \"/usr/bin/nodetool\", without a {gap}", err);
	for (const char *at = text; *at; at += gap ? gap : 1) {
		gap = target_gap(at);
		if (is_reserved(at, gap))
			return field_error(f, err, "%.*s is run-command's own parameter; call the gap otherwise",
			    (int)gap, at);
		if (!gap && !strchr(TARGET_WORD, *at))
			return field_wrong(f, "letters, digits and . _ : @ / = , + - with {gaps} of small letters, digits "
			    "and _, for there is no shell", err);
	}
	*ARRAY_GROW(command->args, command->nargs) = xstrdup(text);
	return 0;
}

static int
read_args(const struct field *args, struct target_command *command, struct err *err)
{
	size_t index = 0;

	if (field_need_array(args, err) < 0)
		return -1;
	JSON_EACH (element, args->value) {
		struct field f = field_at(args, index, element);

		if (index == ARGS_MOST)
			return field_error(args, err, "has more than %d words", ARGS_MOST);
		if (read_arg(&f, index++, command, err) < 0)
			return -1;
	}
	return index > 0 ? 0 : field_error(args, err, "is empty; expected the program's path and its arguments");
}

static int
read_name(const struct field *f, char **ret, struct err *err)
{
	const char *text = json_text(f->value);

	if (!text || !*text || strlen(text) > NAME_MOST || !strchr(LOWER, text[0]) ||
	    text[strspn(text, LOWER "0123456789-")])
		return field_wrong(f, "a name of small letters, digits and '-', beginning with a letter", err);
	return field_need_text(f, ret, err);
}

static int
read_command(const struct field *f, struct target_commands *all, struct err *err)
{
	static const char *const keys[] = {"name", "description", "args", "timeout", "impact", NULL};
	static const char *const impacts[] = {"none", "takesNodeDown", "bringsNodeUp", "changesTopology", NULL};
	struct field name = field_get(f, "name"), args = field_get(f, "args"), timeout = field_get(f, "timeout");
	struct field description = field_get(f, "description"), impact = field_get(f, "impact");
	struct target_command *command = ARRAY_GROW(all->list, all->count);
	const char *text = json_text(timeout.value);

	command->impact = -1;
	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 || read_name(&name, &command->name, err) < 0 ||
	    read_args(&args, command, err) < 0 || field_choice(&impact, impacts, &command->impact, err) < 0)
		return -1;
	if (description.value && !json_text(description.value))
		return field_wrong(&description, "a string", err);
	for (size_t i = 0; i + 1 < all->count; i++)
		if (strcmp(all->list[i].name, command->name) == 0)
			return field_error(&name, err, "\"%s\" is the name of commands[%zu] too", command->name, i);
	if (!timeout.value)
		return 0;
	command->timeout_ms = text ? duration_parse(text) : -1;
	return command->timeout_ms < 1000 ? field_wrong(&timeout, "a duration from 1s on, such as \"10m\"", err) : 0;
}

int
target_commands_read(const struct field *list, struct target_commands *ret, struct err *err)
{
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH (element, list->value) {
		struct field f = field_at(list, index++, element);

		if (ret->count == COMMANDS_MOST)
			return field_error(list, err, "has more than %d commands", COMMANDS_MOST);
		if (read_command(&f, ret, err) < 0)
			return -1;
	}
	return 0;
}

void
target_commands_done(struct target_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		free(commands->list[i].name);
		for (size_t k = 0; k < commands->list[i].nargs; k++)
			free(commands->list[i].args[k]);
		free(commands->list[i].args);
	}
	free(commands->list);
	*commands = (struct target_commands){0};
}
