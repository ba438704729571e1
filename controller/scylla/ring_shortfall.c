/* What would be missing, as a sentence: which keyspace, how many ranges, who is to blame, since when. */
#include <inttypes.h>

#include "ring_quorum.h"

/* "down: db-c-2 since 10:02; held: db-b-1", at most four of each. */
static void
put_names(const struct judge *j, struct buf *out, bool held)
{
	char since[RING_SINCE];
	size_t found = 0;

	for (size_t i = 0; i < j->ring->nmembers; i++) {
		bool of_set = ring_in_set(j->held, j->candidate, i);

		if (!j->worst.culprits[i] || of_set != held || (j->candidate >= 0 && (size_t)j->candidate == i))
			continue;
		if (found < RING_NAMES_SHOWN)
			buf_printf(out, "%s%s", found > 0 ? ", " : held ? "held: " : "down: ",
			    j->ring->members[i].name);
		if (found < RING_NAMES_SHOWN && !held && ring_since(j->ring, i, since)[0])
			buf_printf(out, " since %s", since);
		found++;
	}
	if (found > RING_NAMES_SHOWN)
		buf_printf(out, " and %zu more", found - RING_NAMES_SHOWN);
}

static void
put_culprits(const struct judge *j, struct buf *out)
{
	CLEANUP_BUF struct buf held = BUF_INIT(BUF_MAX_LINE);

	put_names(j, out, false);
	put_names(j, &held, true);
	if (held.len > 0)
		buf_printf(out, "%s%s", out->len > 0 ? "; " : "", buf_str(&held));
	if (out->len == 0 && j->candidate >= 0)
		buf_printf(out, "%s is one of them", j->ring->members[j->candidate].name);
}

static const char *
level_name(const struct judge *j)
{
	if (j->worst.place < 0)
		return j->needs.all == NEED_ONE ? "ONE" : "QUORUM";
	return j->needs.each == NEED_ONE ? "LOCAL_ONE" : "LOCAL_QUORUM";
}

void
say_shortfall(const struct judge *j, const char *label, struct err *why)
{
	CLEANUP_BUF struct buf culprits = BUF_INIT(BUF_MAX_LINE);
	const struct shortfall *worst = &j->worst;
	const char *place = worst->place < 0 ? NULL : j->ring->members[worst->place].datacenter;

	if (worst->placeless) {
		err_set(why, "the datacenter of %s is not known, %s of %s cannot be judged",
		    j->ring->members[worst->place].name, level_name(j), label);
		return;
	}
	put_culprits(j, &culprits);
	err_set(why, "%s: %s%" PRIu32 " range%s %s %d of %d replica%s%s%s, %s needs %d%s%s (%s)", label,
	    worst->may && worst->ranges > 1 ? "each of " : "", worst->ranges, worst->ranges == 1 ? "" : "s",
	    worst->may ? "may keep no more than" : "would keep", worst->keep, worst->of, worst->of == 1 ? "" : "s",
	    place ? " in " : "", place ? place : "", level_name(j), worst->need, worst->may ? ", as " : "",
	    worst->may ? worst->may : "", buf_str(&culprits));
}
