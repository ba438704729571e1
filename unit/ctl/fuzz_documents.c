/* Any text as a file of several documents: each is found once, its places are those of the file; and as a TargetCluster. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "plan_cluster.h"
#include "yaml_read.h"
#include "workflow_texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	const char *text;
	size_t len;
	size_t lines;            /* of the file up to the end of the last one */
};

static void
insist(bool holds)
{
	if (!holds)
		abort();
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
look(void *user, const char *text, size_t len)
{
	struct seen *seen = user;
	size_t blank = strspn(text, "\n"), lines = count_lines(text, len);

	insist(lines <= count_lines(seen->text, seen->len));
	insist(lines >= seen->lines || blank == len);
	seen->lines = lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {(const char *)data, size, 0};
	struct plan_cluster cluster;
	struct err err = {""};
	struct cJSON *object;

	if (size > YAML_BYTES_MAX)
		return 0;
	workflow_texts_each(seen.text, size, look, &seen);
	object = plan_cluster_parse(seen.text, size, NULL, &err);
	insist(object || *err.text);
	if (!object)
		return 0;
	insist(plan_cluster_read(&cluster, object, &err) == 0 || *err.text);
	plan_cluster_done(&cluster);
	return 0;
}
