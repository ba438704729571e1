#include "plan_channels.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "known.h"
#include "plan.h"

int
plan_check_channel(const char *const *channels, const char *place, const char *name, struct err *err)
{
	struct known known;

	for (const char *const *channel = channels; *channel; channel++)
		if (strcmp(*channel, name) == 0)
			return 0;
	known_init(&known, name);
	for (const char *const *channel = channels; *channel; channel++)
		known_offer(&known, *channel);
	return known_refuse(&known, err, "%s: spec.channels of the TargetCluster has no \"%.80s\"", place, name);
}

int
plan_check_channels(const struct plan_input *input, const char *place, const char *text, struct err *err)
{
	size_t count = 0;

	for (const char *at = text + strspn(text, ", "); *at; at += strspn(at, ", ")) {
		CLEANUP_FREE char *name = xstrndup(at, strcspn(at, ", "));

		if (input->channels && plan_check_channel(input->channels, place, name, err) < 0)
			return -1;
		at += strlen(name);
		count++;
	}
	return count ? 0 : err_set(err, "%s: names no channel; expected names with commas in between", place);
}
