/* Since when a member is down: what every sentence about it says, so that a person knows what to look for. */
#include "ring.h"

#include <stdio.h>

#include "instant.h"
#include "ring_private.h"

void
ring_note_down(struct ring *ring, int64_t wall_ms)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		struct ring_member *m = &ring->members[i];
		bool first = !m->judged;

		if (ring_is_up(ring, i, NULL)) {
			m->down_since_wall_ms = 0;
			m->judged = true;
		} else if (ring_is_called_down(ring, i)) {
			if (m->down_since_wall_ms == 0) {
				m->down_since_wall_ms = wall_ms;
				m->down_before = first;
			}
			m->judged = true;
		}
	}
}

char *
ring_since(const struct ring *ring, size_t member, char *text)
{
	const struct ring_member *m = member < ring->nmembers ? &ring->members[member] : NULL;
	char clock[INSTANT_TEXT];

	text[0] = '\0';
	if (m && m->down_since_wall_ms)
		snprintf(text, RING_SINCE, "%.8s%s", instant_clock(m->down_since_wall_ms, clock),
		    m->down_before ? " or longer" : "");
	return text;
}
