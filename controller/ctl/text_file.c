#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"

int
text_file_read(const char *file, struct buf *out, struct err *err)
{
	bool standard = strcmp(file, "-") == 0;
	FILE *in = standard ? stdin : fopen(file, "re");
	char block[1 << 14];
	size_t len;
	bool failed;

	if (!in)
		return err_set(err, "%s: %s", file, strerror(errno));
	while (buf_ok(out) && (len = fread(block, 1, sizeof block, in)) > 0)
		buf_put(out, block, len);
	failed = ferror(in);
	if (failed)
		err_set(err, "%s: %s", file, strerror(errno));
	if (!standard)
		fclose(in);
	if (!failed && !buf_ok(out))
		return err_set(err, "%s: longer than %zu bytes", file, out->max - 1);
	return failed ? -1 : 0;
}

char *
text_file_stem(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	size_t len = strcspn(name, ".");

	return strcmp(name, "-") == 0 || len == 0 ? xstrdup("workflow") : xstrndup(name, len);
}
