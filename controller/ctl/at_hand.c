#include "at_hand.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"

static void
add(struct at_hand *hand, struct workflow *workflow)
{
	if (workflow)
		*ARRAY_GROW(hand->workflows, hand->count) = workflow;
}

static void
add_file(struct at_hand *hand, const char *file)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1);
	struct findings findings = {.count = 0};
	struct err err = {""};

	/* What stands on the standard input can be read once. */
	if (strcmp(file, "-") == 0 || text_file_read(file, &text, &err) < 0)
		return;
	CLEANUP_FREE char *name = text_file_stem(file);

	add(hand, workflow_read(buf_str(&text), text.len, name, NULL, &findings));
	findings_done(&findings);
}

static const struct workflow *
find_read(const struct at_hand *hand, const char *name)
{
	for (size_t i = 0; i < hand->count; i++)
		if (strcmp(hand->workflows[i]->name, name) == 0)
			return hand->workflows[i];
	return NULL;
}

static struct workflow *
read_builtin(const char *name)
{
	for (size_t i = 0; builtin_workflows[i]; i += 2)
		if (strcmp(builtin_workflows[i], name) == 0) {
			CLEANUP_JSON struct cJSON *object = json_parse(builtin_workflows[i + 1],
			    strlen(builtin_workflows[i + 1]), NULL);

			return workflow_of_object(object, NULL);
		}
	return NULL;
}

const struct workflow *
at_hand_find(void *at_hand, const char *name)
{
	struct at_hand *hand = at_hand;
	struct workflow *other;

	for (size_t i = 0; !hand->read && i < hand->nfiles; i++)
		add_file(hand, hand->files[i]);
	hand->read = true;
	if (find_read(hand, name))
		return find_read(hand, name);
	other = hand->fetch ? hand->fetch(hand->arg, name) : NULL;
	add(hand, other ? other : read_builtin(name));
	return find_read(hand, name);
}

void
at_hand_done(struct at_hand *hand)
{
	for (size_t i = 0; i < hand->count; i++)
		workflow_free(hand->workflows[i]);
	free(hand->workflows);
	*hand = (struct at_hand){.files = NULL};
}
