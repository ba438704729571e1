#include "silence.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

static bool match(struct claim *claim, const char *pattern, const char *text);

/* Whose address that was before it got another; -1: nobody's. */
static int
moved_from(const struct sim *sim, const char *address)
{
	for (size_t i = sim_audit_count(sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(sim, i);
		const char *from = entry->event == SIM_READDRESSED ? strstr(entry->text, " from=") : NULL;

		if (from && strncmp(from + 6, address, strlen(address)) == 0 && strcspn(from + 6, " ") == strlen(address))
			return (int)entry->node;
	}
	return -1;
}

/* A node by name or address; the longest text that is one. */
static const char *
take_node(struct claim *claim, const char *text, const char *letters)
{
	char name[64];
	size_t len = strspn(text, letters);
	int node;

	snprintf(name, sizeof name, "%.*s", (int)len, text);
	node = sim_find(claim->sim, name);
	if (node < 0 && len > 0)
		node = moved_from(claim->sim, name);
	if (node < 0 && claim->cut && len > 0 && !text[len])
		return text + len;
	if (node < 0 || claim->nnodes == CLAIM_NODES)
		return NULL;
	claim->nodes[claim->nnodes++] = node;
	return text + len;
}

static const char *
take_address(struct claim *claim, const char *text)
{
	const char *end = take_node(claim, text, "0123456789.");

	return end && *end == ':' ? end + 1 + strspn(end + 1, "0123456789") : NULL;
}

static const char *
take_word(struct claim *claim, const char *text)
{
	size_t len = strcspn(text, " ,;:()");

	if (len == 0 || claim->nwords == CLAIM_WORDS)
		return NULL;
	snprintf(claim->words[claim->nwords++], sizeof claim->words[0], "%.*s", (int)len, text);
	return text + len;
}

/* "10:02", and perhaps " or longer". */
static const char *
take_time(struct claim *claim, const char *text)
{
	static const char longer[] = " or longer";

	if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]) || text[2] != ':' ||
	    !isdigit((unsigned char)text[3]) || !isdigit((unsigned char)text[4]))
		return NULL;
	claim->minute = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
	text += 5;
	return strncmp(text, longer, strlen(longer)) == 0 ? text + strlen(longer) : text;
}

static bool
match_rest(struct claim *claim, const char *pattern, const char *text)
{
	for (;; text++) {
		struct claim before = *claim;

		if (match(claim, pattern, text))
			return true;
		*claim = before;
		if (!*text)
			return false;
	}
}

static const char *
take(struct claim *claim, char what, const char *text)
{
	switch (what) {
	case 'n':
		return take_node(claim, text, name_letters);
	case 'a':
		return take_address(claim, text);
	case 't':
		return take_time(claim, text);
	default:
		return take_word(claim, text);
	}
}

static bool
match(struct claim *claim, const char *pattern, const char *text)
{
	while (*pattern) {
		if (claim->cut && !*text)
			return true;
		if (strcmp(pattern, "%*") == 0)
			return true;
		if (pattern[0] == '%' && pattern[1] == '*')
			return match_rest(claim, pattern + 2, text);
		if (pattern[0] == '%') {
			text = take(claim, pattern[1], text);
			if (!text)
				return false;
			pattern += 2;
			continue;
		}
		if (*pattern++ != *text++)
			return false;
	}
	return !*text;
}

bool
sentence_match(struct claim *claim, const char *pattern, const char *text)
{
	struct claim before = *claim;

	if (match(claim, pattern, text))
		return true;
	*claim = before;
	return false;
}
