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
put_when(struct json_out *out, const struct plan_when *whens, size_t count)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_FILE);

	plan_whens_text(whens, count, &text);
	if (count > 0)
		json_put_str(out, "when", buf_str(&text));
}

/* 'of': the number of the step that falls back on it, or "". */
static void
put_step(struct json_out *out, const struct plan_step *step, const char *of)
{
	static const char *const on_timeout[] = {"fail", "continue", "cancel"};
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
	if (step->any)
		json_put_bool(out, "any", true);
	if (step->approval && step->timeout_ms > 0)
		json_put_str(out, "onTimeout", on_timeout[step->on_timeout]);
	put_when(out, step->when, step->nwhen);
	if (*of)
		json_put_str(out, "onFailureOf", of);
	json_close(out);
	for (size_t i = 0; i < step->nfallbacks; i++)
		put_step(out, &step->on_failure[i], step->number);
}

static void
put_steps(struct json_out *out, const struct plan_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_step(out, &steps[i], "");
}

static void
put_batch(struct json_out *out, const struct plan_batch *batch)
{
	if (batch->size == 0)
		return;
	json_open(out, "batch");
	json_put_int(out, "size", batch->size);
	json_open_array(out, "then");
	put_steps(out, batch->then, batch->nthen);
	json_close_array(out);
	json_close(out);
}

static void
put_block(struct json_out *out, const struct plan *plan, const struct plan_block *block)
{
	static const char *const units[] = {"zone", "datacenter", "all"}, *const orders[] = {"plan", "reverse", "targets"};

	json_open(out, NULL);
	if (block->from)
		json_put_str(out, "from", block->from);
	if (block->finally)
		json_put_bool(out, "finally", true);
	put_when(out, block->when, block->nwhen);
	if (block->each_node) {
		json_put_str(out, "concurrencyUnit", units[block->unit]);
		if (block->limit_percent > 0)
			json_put_int(out, "concurrencyPercent", block->limit_percent);
		else
			json_put_int(out, "concurrencyLimit", block->limit);
		json_put_str(out, "order", orders[block->order]);
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
	put_steps(out, block->steps, block->nsteps);
	if (block->disruptive) {
		put_step(out, &block->stable, "");
		put_step(out, &block->restore, "");
	}
	json_close_array(out);
	put_batch(out, &block->batch);
	plan_put_left_out(out, "skipped", block);
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
