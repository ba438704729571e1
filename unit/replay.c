/* A fuzz target without a fuzzer: every file of its corpus once. unit/…/fuzz_json reads unit/corpus/json/. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;
	int r = -1;

	if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0)
		data = malloc((size_t)size + 1);
	if (data && fread(data, 1, (size_t)size, file) == (size_t)size) {
		/* Exactly as long as its content, so that a read past the end is seen. */
		data = size > 0 ? realloc(data, (size_t)size) : data;
		r = LLVMFuzzerTestOneInput(data, (size_t)size);
	}
	free(data);
	if (file)
		fclose(file);
	return r;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? strstr(argv[0], "/fuzz_") : NULL;
	char folder[256], path[512];
	struct dirent *entry;
	DIR *dir;
	int count = 0;

	snprintf(folder, sizeof folder, "unit/corpus/%s", name ? name + strlen("/fuzz_") : "");
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		printf("%s\n", path);
		fflush(stdout);    /* the last line names the file that crashes */
		if (replay(path) != 0)
			return 1;
		count++;
	}
	if (dir)
		closedir(dir);
	if (count == 0) {
		printf("%s: no such corpus, or an empty one\n", folder);
		return 1;
	}
	printf("[  PASSED  ] %d test(s).\n", count);
	return 0;
}
