/* Faults by hand. */
#include "breaks.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { HUGE_BODY = 8 << 20 };

void
sim_drain_hang(struct sim *sim, int64_t now, size_t node, bool on)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	n->drain_hangs = on;
	if (!on && n->drain_hung)
		sim_process_drained(sim, node);
}

void
sim_drain_fail(struct sim *sim, int64_t now, size_t node, const char *text)
{
	sim_advance(sim, now);
	snprintf(sim->nodes[node].drain_error, sizeof sim->nodes[node].drain_error, "%s", text);
}

void
sim_boot_fail(struct sim *sim, size_t node, unsigned times)
{
	sim->nodes[node].boot_fails = times;
}

void
sim_boot_slow(struct sim *sim, size_t node, int64_t ms)
{
	sim->nodes[node].boot_extra = ms;
}

void
sim_wipe(struct sim *sim, int64_t now, size_t node)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (n->nidentities == UINT8_MAX)
		return;
	sim_process_kill(sim, node);
	n->stray = false;
	n->wiped = sim_in_ring(n->member);
	if (n->wiped)
		return;
	n->left = n->banned = false;
	sim_uuid(sim_hash(sim, "wiped", node, sim->seq), n->host_id);
	sim_identity_add(sim, node);
	sim_member_set(sim, node, MEMBER_NONE);
}

void
sim_garbage(struct sim *sim, size_t node, enum sim_garbage garbage)
{
	sim->nodes[node].garbage = garbage;
}

enum sim_garbage
sim_garbage_of(const struct sim *sim, size_t node)
{
	return sim->nodes[node].garbage;
}

static struct sim_text *
huge(void)
{
	char *body = xmalloc(HUGE_BODY);
	struct sim_text *text;

	memset(body, '[', HUGE_BODY);
	text = sim_text_new(body, HUGE_BODY);
	free(body);
	return text;
}

static struct sim_text *
say(const char *body)
{
	return sim_text_new(body, strlen(body));
}

struct sim_text *
sim_text_garbled(struct sim_text *text, enum sim_garbage garbage, int *status)
{
	size_t len = text->len;
	struct sim_text *half;

	switch (garbage) {
	case SIM_GARBAGE_NONE:
		return text;
	case SIM_GARBAGE_HALF:
		half = sim_text_new(text->data, len / 2);
		sim_text_unref(text);
		return half;
	default:
		break;
	}
	sim_text_unref(text);
	if (garbage == SIM_GARBAGE_ERRORS) {
		*status = 500;
		return sim_text_error(500, "std::bad_alloc (std::bad_alloc)");
	}
	*status = 200;
	if (garbage == SIM_GARBAGE_HUGE)
		return huge();
	return say(garbage == SIM_GARBAGE_HTML ? "<html><body><h1>It works!</h1></body></html>" :
	    garbage == SIM_GARBAGE_OTHER ? "{\"a\": [1, {\"b\": null}]}" : "");
}

bool
sim_is_cut(const struct sim *sim, size_t a, size_t b)
{
	return sim->cut[a * sim->nnodes + b];
}

void
sim_cut(struct sim *sim, int64_t now, size_t a, size_t b, bool on)
{
	sim_advance(sim, now);
	if (a == b || sim->cut[a * sim->nnodes + b] == on)
		return;
	sim->cut[a * sim->nnodes + b] = sim->cut[b * sim->nnodes + a] = on;
	sim_note(sim, SIM_CUT, SIM_HAND, a, " other=%s cut=%s", sim->nodes[b].name, on ? "true" : "false");
	sim_gossip_cut(sim, a, b);
	sim_gossip_cut(sim, b, a);
	sim_raft_changed(sim);
}
