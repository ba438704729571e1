#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"

static const char *const codes[] = {
	[COLOUR_NONE] = "", [COLOUR_GOOD] = "\033[32m", [COLOUR_BAD] = "\033[31m", [COLOUR_WAITS] = "\033[33m",
	[COLOUR_FAINT] = "\033[2m",
};

bool
colour_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

void
colour_put(struct buf *out, bool on, enum colour colour, const char *text)
{
	if (!on || colour == COLOUR_NONE)
		buf_puts(out, text);
	else
		buf_printf(out, "%s%s\033[0m", codes[colour], text);
}

enum colour
colour_of_phase(const char *phase)
{
	static const struct {
		const char *phase;
		enum colour colour;
	} phases[] = {
		{"Succeeded", COLOUR_GOOD}, {"Planned", COLOUR_GOOD}, {"Failed", COLOUR_BAD}, {"Cancelled", COLOUR_BAD},
		{"Frozen", COLOUR_WAITS}, {"Paused", COLOUR_WAITS}, {"AwaitingApproval", COLOUR_WAITS},
		{"Cancelling", COLOUR_WAITS}, {"Queued", COLOUR_WAITS},
	};

	for (size_t i = 0; i < ARRAY_LEN(phases); i++)
		if (strcmp(phase, phases[i].phase) == 0)
			return phases[i].colour;
	return COLOUR_NONE;
}
