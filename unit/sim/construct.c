#include "construct.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "json.h"

enum kind { PASSED_OVER, RESCUED, RESCUED_BY_RESTART, ANY, BATCH, REVERSE, CLUSTER_RESCUED, APPROVAL, FINALLY, SLEEP };

static const char *const names[] = {
	[PASSED_OVER] = "a step passed over", [RESCUED] = "a step rescued", [RESCUED_BY_RESTART] = "a restart as rescue",
	[ANY] = "any of two conditions", [BATCH] = "batches", [REVERSE] = "the reverse order",
	[CLUSTER_RESCUED] = "a cluster step rescued", [APPROVAL] = "an approval in vain", [FINALLY] = "finally",
	[SLEEP] = "a sleep",
};

#define DRAIN "{\"task\":\"scylla-drain\",\"retries\":3}"
#define RESTART "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}"
#define UP(more) "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}" more "}"
#define LATE ",{\"condition\":\"is-up-normal\",\"successWindow\":\"50m\",\"timeout\":\"1h\"}],\"any\":true"
#define NORMAL "{\"wait\":[{\"condition\":\"cluster-normal\",\"pollInterval\":\"1s\",\"timeout\":\"12h\"}]}"
#define NAP "{\"task\":\"sleep\",\"with\":{\"duration\":\"4s\"}}"
#define FAIL(more) "{\"task\":\"fail\",\"with\":{\"message\":\"drawn to fail\"}," more "}"
#define BORNE FAIL("\"abortOnFailure\":false")
#define RESCUE(steps) FAIL("\"onFailure\":[" steps "]")

static bool
draws(struct construct *construct, struct chance *chance, enum kind kind)
{
	bool drawn = chance_of(chance, 400);

	construct->drawn |= drawn ? 1u << kind : 0;
	return drawn;
}

static void
put_node_steps(struct construct *construct, struct chance *chance, struct buf *buf)
{
	bool by_rescue = draws(construct, chance, RESCUED_BY_RESTART);

	if (draws(construct, chance, RESCUED))
		buf_puts(buf, RESCUE(NORMAL) ",");
	buf_puts(buf, DRAIN ",");
	if (draws(construct, chance, PASSED_OVER))
		buf_puts(buf, BORNE ",");
	buf_printf(buf, "%s,", by_rescue ? RESCUE(RESTART) : RESTART);
	buf_puts(buf, draws(construct, chance, ANY) ? UP(LATE) : UP("]"));
}

static void
put_cluster_steps(struct construct *construct, struct chance *chance, struct buf *buf)
{
	if (draws(construct, chance, SLEEP))
		buf_puts(buf, "," NAP);
	if (draws(construct, chance, CLUSTER_RESCUED))
		buf_puts(buf, "," RESCUE(NORMAL "," NAP) "," BORNE);
	if (draws(construct, chance, APPROVAL))
		buf_puts(buf, ",{\"approval\":{\"timeout\":\"20s\",\"onTimeout\":\"continue\"}}");
}

void
construct_draw(struct construct *construct, struct chance *chance)
{
	struct buf buf = BUF_INIT(CONSTRUCT_TEXT);

	buf_printf(&buf, "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":%d,", (int)chance_between(chance, 1, 2));
	if (draws(construct, chance, REVERSE))
		buf_puts(&buf, "\"order\":\"reverse\",");
	if (draws(construct, chance, BATCH)) {
		construct->batch = (size_t)chance_between(chance, 1, 4);
		buf_printf(&buf, "\"batch\":{\"size\":%zu,\"then\":[" NORMAL "," RESCUE(NAP) "," BORNE "]},",
		    construct->batch);
	}
	buf_puts(&buf, "\"steps\":[");
	put_node_steps(construct, chance, &buf);
	buf_puts(&buf, "]}}");
	put_cluster_steps(construct, chance, &buf);
	buf_puts(&buf, "]");
	if (draws(construct, chance, FINALLY))
		buf_puts(&buf, ",\"finally\":[" NAP "," RESCUE(NAP) "," BORNE "]");
	buf_puts(&buf, "}");
	CHECK(buf_ok(&buf));
	snprintf(construct->workflow, sizeof construct->workflow, "%s", buf_str(&buf));
	buf_done(&buf);
}

static size_t
has(const struct construct *construct, enum kind kind)
{
	return construct->drawn >> kind & 1;
}

const char *
construct_judge(const struct construct *construct, size_t nodes, const char *status, char *text, size_t size)
{
	CLEANUP_JSON struct cJSON *json = json_parse(status, strlen(status), NULL);
	const struct cJSON *counts = json_get(json, "counts");
	size_t around = (construct->batch ? (nodes + construct->batch - 1) / construct->batch : 0) +
	    has(construct, CLUSTER_RESCUED) + has(construct, FINALLY);
	size_t rescued = nodes * (has(construct, RESCUED) + has(construct, RESCUED_BY_RESTART)) + around;
	size_t passed_over = nodes * has(construct, PASSED_OVER) + around;

	if (json_int(counts, "stepsRescued", 0) == (int64_t)rescued &&
	    json_int(counts, "stepsPassedOver", 0) == (int64_t)passed_over)
		return NULL;
	snprintf(text, size, "I14: %zu steps are to be rescued and %zu passed over, it says %" PRId64 " and %" PRId64,
	    rescued, passed_over, json_int(counts, "stepsRescued", 0), json_int(counts, "stepsPassedOver", 0));
	return text;
}

bool
construct_stands_between(const struct construct *construct)
{
	return construct->drawn & (1u << RESCUED | 1u << PASSED_OVER | 1u << RESCUED_BY_RESTART);
}

const char *
construct_name(size_t number)
{
	return number < sizeof names / sizeof *names ? names[number] : NULL;
}

void
construct_add_up(const struct construct *construct, size_t *counts)
{
	for (size_t i = 0; construct_name(i); i++)
		counts[i] += construct->drawn >> i & 1;
}
