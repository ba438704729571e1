#include "golden.h"

#include "buf.h"
#include "check.h"

static const char folder[] = "unit/workflow/golden";

char *
golden_read(const char *path)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t len;

	if (!file)
		CHECK_FAIL("cannot read %s", path);
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(&text, part, len);
	fclose(file);
	return buf_take(&text);
}

void
golden_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		CHECK_FAIL("cannot write %s", path);
}

void
golden_check(const char *name, const char *text)
{
	const char *wish = getenv("STRAIT_GOLDEN");
	char path[256];
	char *expected;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (wish && strcmp(wish, "update") == 0) {
		golden_write(path, text);
		return;
	}
	expected = golden_read(path);
	CHECK_TEXT(text, expected);
	free(expected);
}
