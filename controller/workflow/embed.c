/* A tool of the build: the files of manifests/workflows in, C on standard output, so that the built-in workflows are in
 * the programs. Each is checked for form on the way: a controller with a broken one is not built. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "workflow.h"
#include "yaml_json.h"

enum { WIDTH = 96 };

static int
read_file(const char *path, struct buf *ret, struct err *err)
{
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t len;

	if (!file)
		return err_set(err, "%s", strerror(errno));
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(ret, part, len);
	fclose(file);
	return buf_ok(ret) ? 0 : err_set(err, "longer than %zu bytes", ret->max);
}

/* As C string literals, a line each, broken where no escape is cut. */
static void
print_literal(const char *text)
{
	int column = 0;

	printf("\t\"");
	for (; *text; text++) {
		if (column >= WIDTH) {
			printf("\"\n\t\"");
			column = 0;
		}
		if (*text == '"' || *text == '\\' || *text == '?')
			column += printf("\\%c", *text);
		else
			column += printf((unsigned char)*text < ' ' ? "\\%03o" : "%c", (unsigned char)*text);
	}
	printf("\",\n");
}

static int
embed(const char *path, struct err *err)
{
	CLEANUP_BUF struct buf yaml = BUF_INIT(YAML_BYTES_MAX), json = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_JSON struct cJSON *object = NULL;
	struct workflow *workflow;

	if (read_file(path, &yaml, err) < 0 || yaml_to_json(buf_str(&yaml), yaml.len, &json, err) < 0)
		return -1;
	object = json_parse(buf_str(&json), json.len, err);
	if (!object)
		return -1;
	workflow = workflow_decode(object, err);
	if (!workflow)
		return -1;
	print_literal(workflow->name);
	print_literal(buf_str(&json));
	workflow_free(workflow);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err err;

	printf("/* Generated from manifests/workflows by embed-workflows. */\n#include <stddef.h>\n\n"
	    "#include \"registry.h\"\n\nconst char *const builtin_workflows[] = {\n");
	for (int i = 1; i < argc; i++) {
		if (embed(argv[i], &err) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], err.text);
			return EXIT_FAILURE;
		}
	}
	printf("\tNULL};\n");
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
