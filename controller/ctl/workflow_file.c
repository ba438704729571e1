#include "workflow_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "hash.h"
#include "json.h"
#include "object.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"
#include "workflow_texts.h"

enum { NAME_LEN = 200 };

bool
workflow_file_is_meant(const char *word)
{
	const char *dot = strrchr(word, '.');

	return strcmp(word, "-") == 0 || strchr(word, '/') ||
	    (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0));
}

/* SCP's text stays as it was written. */
static void
put_spec(const struct workflow_source *source, const char *text, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	if (!source->is_scp) {
		json_print(json_get(source->object, "spec"), out);
		return;
	}
	json_open(&json, NULL);
	json_put_str(&json, "definition", text);
	json_close(&json);
}

static char *
name_of(const struct workflow_source *source, const char *spec)
{
	const char *own = json_str_or(json_get(source->object, "metadata"), "name", "workflow");
	char hash[HASH_TEXT];
	char *name = xasprintf("%.*s-%.8s", NAME_LEN, own, hash_text(hash_str(HASH_SEED, spec), hash));

	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *c))
			*c = '-';
	}
	return name;
}

static void
make(struct workflow_file *ret, const struct workflow_source *source, const char *text)
{
	CLEANUP_BUF struct buf spec = BUF_INIT(BUF_MAX_OBJECT);
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out json = JSON_OUT(&body);

	put_spec(source, text, &spec);
	ret->name = name_of(source, buf_str(&spec));
	json_open(&json, NULL);
	json_put_str(&json, "apiVersion", CRD_API_VERSION);
	json_put_str(&json, "kind", "Workflow");
	json_open(&json, "metadata");
	json_put_str(&json, "name", ret->name);
	json_close(&json);
	json_put_raw(&json, "spec", buf_str(&spec));
	json_close(&json);
	ret->body = buf_take(&body);
}

int
workflow_file_read(struct workflow_file *ret, const struct args *args, const char *file, struct buf *said)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1);
	CLEANUP_FREE char *stem = text_file_stem(file);
	struct findings findings = {.count = 0}, none = {.count = 0};
	struct workflow_source source;
	struct err err;
	bool good;

	*ret = (struct workflow_file){0};
	if (text_file_read(file, &text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	if (workflow_texts_only(&text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s: %s", file, err.text);
	workflow_free(workflow_read(buf_str(&text), text.len, stem, registry, &findings));
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].severity != SEVERITY_NOTE)
			buf_printf(said, "%s:%d:%d: %s: %s\n", file, findings.items[i].mark.line, findings.items[i].mark.column,
			    severity_name(findings.items[i].severity), findings.items[i].text);
	good = findings.errors == 0;
	findings_done(&findings);
	if (!good)
		return complain(args, said, EXIT_NOT_DONE, "%s is refused, and nothing has begun", file);
	workflow_source_read(&source, buf_str(&text), text.len, stem, &none);
	make(ret, &source, buf_str(&text));
	workflow_source_done(&source);
	findings_done(&none);
	return EXIT_DONE;
}

void
workflow_file_done(struct workflow_file *file)
{
	free(file->name);
	free(file->body);
}
