#include "workflow_texts.h"

#include <string.h>

#include "alloc.h"
#include "documents.h"
#include "yaml_read.h"

/* What cannot be read may have been meant for one. */
static bool
is_other(const struct document *document)
{
	struct yaml_mark where;
	struct err err = {""};
	CLEANUP_YAML struct yaml_doc *yaml = yaml_doc_read(document->text, document->len, &where, &err);
	const struct yaml_value *kind = yaml ? yaml_member(yaml_doc_root(yaml), "kind") : NULL;

	return kind && kind->kind == YAML_KIND_SCALAR && strcmp(kind->text, "Workflow") != 0;
}

static void
give(const struct document *document, workflow_text_fn *found, void *user)
{
	CLEANUP_BUF struct buf padded = BUF_INIT(2 * YAML_BYTES_MAX);

	for (int i = 0; i < document->line; i++)
		buf_putc(&padded, '\n');
	buf_put(&padded, document->text, document->len);
	found(user, buf_str(&padded), padded.len);
}

size_t
workflow_texts_each(const char *text, size_t len, workflow_text_fn *found, void *user)
{
	struct documents documents = {.text = text, .len = len}, count = documents;
	struct document document;
	size_t all = 0, workflows = 0;

	while (documents_next(&count, &document))
		all++;
	/* Nothing but comments: what that is called the reader knows. */
	if (all == 0) {
		found(user, text, len);
		return 1;
	}
	while (documents_next(&documents, &document))
		if (all == 1 || !is_other(&document)) {
			give(&document, found, user);
			workflows++;
		}
	return workflows;
}

static void
keep(void *user, const char *text, size_t len)
{
	struct buf *kept = user;

	if (kept->len == 0)
		buf_put(kept, text, len);
}

int
workflow_texts_only(struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf only = BUF_INIT(text->max);
	size_t count = workflow_texts_each(buf_str(text), text->len, keep, &only);

	if (count != 1)
		return err_set(err, count ? "%zu workflows stand in it; expected one" : "no workflow stands in it", count);
	buf_clear(text);
	buf_put(text, only.data, only.len);
	return 0;
}
