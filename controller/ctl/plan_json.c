#include "plan_text.h"

#include "alloc.h"
#include "json.h"
#include "plan.h"
#include "plan_cluster.h"
#include "rehearse.h"

static void
put_assumption(void *user, const char *sentence)
{
	json_put_str(user, NULL, sentence);
}

static void
put_step(struct json_out *out, const struct plan_step *step)
{
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_FILE);

	plan_step_text(step, &what);
	if (what.len == 0)
		return;
	json_open(out, NULL);
	json_put_str(out, "number", step->number);
	json_put_str(out, "what", buf_str(&what));
	json_put_bool(out, "implied", step->implied);
	json_put_int(out, "retries", step->retries);
	json_put_int(out, "timeoutMs", step->timeout_ms);
	if (step->borne)
		json_put_bool(out, "abortOnFailure", false);
	json_close(out);
	for (size_t i = 0; i < step->nfallbacks; i++)
		put_step(out, &step->on_failure[i]);
}

static void
put_block(struct json_out *out, const struct plan *plan, const struct plan_block *block)
{
	static const char *const units[] = {"zone", "datacenter", "all"};

	json_open(out, NULL);
	if (block->each_node) {
		json_put_str(out, "concurrencyUnit", units[block->unit]);
		if (block->limit_percent > 0)
			json_put_int(out, "concurrencyPercent", block->limit_percent);
		else
			json_put_int(out, "concurrencyLimit", block->limit);
		json_open_array(out, "nodes");
		for (size_t i = 0; i < block->nlanes; i++) {
			json_open(out, NULL);
			json_put_str(out, "name", plan->nodes[block->lanes[i]].name);
			json_put_str(out, "zone", plan->nodes[block->lanes[i]].zone);
			if (plan->nodes[block->lanes[i]].is_new)
				json_put_bool(out, "new", true);
			json_close(out);
		}
		json_close_array(out);
	}
	json_open_array(out, "steps");
	for (size_t i = 0; i < block->nsteps; i++)
		put_step(out, &block->steps[i]);
	if (block->disruptive) {
		put_step(out, &block->stable);
		put_step(out, &block->restore);
	}
	json_close_array(out);
	json_close(out);
}

static void
put_estimate(struct json_out *out, const struct plan *plan, const struct rehearsal *r)
{
	json_open(out, "estimate");
	json_put_int(out, "totalMs", r->total_ms);
	json_open_array(out, "spans");
	for (size_t i = 0; i < r->nspans; i++) {
		json_open(out, NULL);
		json_put_str(out, "step", r->spans[i].number);
		json_put_str(out, "node", r->spans[i].node == SIZE_MAX ? NULL : plan->nodes[r->spans[i].node].name);
		json_put_int(out, "beginMs", r->spans[i].begin_ms);
		json_put_int(out, "endMs", r->spans[i].end_ms);
		json_close(out);
	}
	json_close_array(out);
	json_close(out);
}

void
plan_json(const struct plan_report *report, struct buf *buf)
{
	const struct plan *plan = report->plan;
	struct json_out out = JSON_OUT(buf);

	json_open(&out, NULL);
	json_put_str(&out, "hash", plan->hash);
	json_put_str(&out, "title", plan->title);
	json_put_str(&out, "cluster", report->cluster->name);
	json_open_array(&out, "assumptions");
	plan_assumptions(report, put_assumption, &out);
	json_close_array(&out);
	json_open_array(&out, "blocks");
	for (size_t i = 0; i < plan->nblocks; i++)
		put_block(&out, plan, &plan->blocks[i]);
	json_close_array(&out);
	if (report->rehearsal)
		put_estimate(&out, plan, report->rehearsal);
	/* What the journal keeps, and the hash is of. */
	json_put_str(&out, "text", plan->text);
	json_close(&out);
	buf_putc(buf, '\n');
}
