#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "journal.h"

/* A file has "epoch N", "seq N", "digest D", "plan TEXT", then "FIELD VALUE". */

static const char folder[] = "unit/golden/journals";

static int
compare_fields(const void *a, const void *b)
{
	return strcmp(((const struct store_field *)a)->name, ((const struct store_field *)b)->name);
}

static void
write_journal(const char *path, struct store_journal *journal)
{
	FILE *file = fopen(path, "w");

	if (!file)
		CHECK_FAIL("cannot write %s", path);
	qsort(journal->fields, journal->nfields, sizeof *journal->fields, compare_fields);
	fprintf(file, "epoch %lld\nseq %lld\ndigest %s\nplan %s\n", (long long)journal->epoch, (long long)journal->seq,
	    journal->digest, journal->plan);
	for (size_t i = 0; i < journal->nfields; i++)
		fprintf(file, "%s %s\n", journal->fields[i].name, journal->fields[i].value);
	fclose(file);
}

static void
take_line(struct store_journal *journal, const char *name, const char *value)
{
	int64_t number = strtoll(value, NULL, 10);

	if (strcmp(name, "epoch") == 0) {
		journal->epoch = number > journal->epoch ? number : journal->epoch;
	} else if (strcmp(name, "seq") == 0) {
		/* What the status tells must not seem to lead. */
		journal->seq = number > journal->seq ? number : journal->seq;
	} else if (strcmp(name, "digest") == 0) {
		free(journal->digest);
		journal->digest = xstrdup(value);
	} else if (strcmp(name, "plan") == 0) {
		free(journal->plan);
		journal->plan = xstrdup(value);
	} else {
		store_journal_set(journal, name, value);
	}
}

static void
replace_journal(const char *path, const char *format, struct store_journal *journal)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!file)
		CHECK_FAIL("there is no %s: make it with STRAIT_GOLDEN=journals", path);
	while (journal->nfields > 0)
		store_journal_set(journal, journal->fields[0].name, "");
	free(journal->format);
	journal->format = xstrdup(format);
	while (getline(&line, &room, file) > 0) {
		char *value = strchr(line, ' ');

		if (!value)
			CHECK_FAIL("%s: a line without a value: %s", path, line);
		*value++ = '\0';
		value[strcspn(value, "\n")] = '\0';
		take_line(journal, line, value);
	}
	free(line);
	fclose(file);
}

void
golden_journal(struct store_journal *journal, const char *name, int format)
{
	const char *wish = getenv("STRAIT_GOLDEN");
	char path[128], number[16];

	snprintf(path, sizeof path, "%s/%d/%s", folder, format, name);
	snprintf(number, sizeof number, "%d", format);
	if (format == JOURNAL_FORMAT && wish && strcmp(wish, "journals") == 0)
		write_journal(path, journal);
	else
		replace_journal(path, number, journal);
}
