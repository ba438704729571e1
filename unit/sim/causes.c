#include "causes.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "reconciler.h"
#include "registry.h"
#include "world.h"

/* It is said of something that will happen at once: of one that does not move it is no reason. */
static bool
never(const struct claim *claim)
{
	(void)claim;
	return false;
}

static const struct cause causes[] = {
	/* the ring */
	{"%n down since %t", cause_called_down},
	{"%n is down since %t, as %n and %w more see it%*", cause_seen_down},
	{"%n is down since %t, as %n sees it%*", cause_seen_down},
	{"%n is down, as %n and %w more see it%*", cause_seen_down},
	{"%n is down, as %n sees it%*", cause_seen_down},
	{"%n is %w, as it says itself%*", cause_says_mode},
	{"%n does not gossip, though its mode is NORMAL%*", cause_gossips_not},
	{"%n does not answer", cause_silent},
	{"%n does not answer, though %n calls it up: its view is unknown", cause_silent},
	{"%n answers what cannot be read", cause_garbled},
	{"%n answers what cannot be read, though %n calls it up: its view is unknown", cause_garbled},
	{"%n does not answer as a NORMAL member, its view is unknown", cause_not_voting},
	{"%n is alone with its view, no other member's is known", cause_alone},
	{"no member's view is known, none that stays answers, gossips and is NORMAL", cause_nobody_votes},
	{"keyspace %w: %*", cause_short},
	{"table %w: %*", cause_short},
	{"%n has another schema version than %n, which %w of the members that are up have", cause_schema},
	{"%n has a schema version that is not known, %n does not call it up", cause_schema},
	{"%n has a schema version that is not known, %n cannot reach it", cause_schema},
	{"%n does not tell what is under way, %*", cause_silent},
	{"%n does not confirm that group0 has its quorum, asked %t: %*", cause_barrier_failed},
	{"%n does not confirm that group0 has its quorum, %*", cause_no_barrier},
	{"limits.maxNodesDown is %w, this would make %w: down or held is %n%*", cause_counted},
	{"group0 might keep only %w of %w voters, %w are its quorum", cause_voters_gone},
	{"%n: group0 might keep only %w of %w voters, %w are its quorum", cause_voters_gone},
	{"%n needs a repair, it has been down since %t and hints are kept for %w: %*", cause_long_down},
	{"%n needs a repair, it was down for %w until %t and hints are kept for %w: %*", cause_long_down},
	{"topology is changing%*", cause_work},
	{"a topology request is under way%*", cause_work},
	{"the node is being cleaned up%*", cause_work},
	{"%n is repairing, %*", cause_work},
	{"which nodes join and leave is not known, no node tells", cause_somebody_silent},
	{"the ring cannot be read: %*", cause_somebody_silent},
	{"%a%*: %*", cause_read_again},
	{"%n has not answered yet (asked %t)", cause_asked},
	{"the host of %n has not answered yet (asked %t)", cause_host_asked},
	{"%n is being added: one node joins at a time", cause_outside},
	/* the node of the lane */
	{"%*the node has not been seen in the ring yet", cause_lane_outside},
	{"a start of before the takeover may still arrive", cause_taken_over},
	{"our %w may still arrive", cause_act_open},
	{"asked to drain, still NORMAL", cause_draining},
	{"draining", cause_draining},
	{"the node is %w, it is drained once it is NORMAL", cause_to_be_normal},
	{"the node does not tell its mode: %*", cause_lane_silent},
	{"the node does not tell its pending compactions: %*", cause_lane_silent},
	{"the node does not tell whether it serves CQL: %*", cause_lane_silent},
	{"the node is NORMAL and does not serve CQL", cause_lane_no_cql},
	{"%*the node is no member of the ring", cause_lane_left},
	{"the node is no member of the cluster", cause_somebody_left},
	{"up in every view, NORMAL and serving CQL (for its window)", cause_window},
	{"every other member is up in every view (for its window)", cause_normal},
	{"%w compactions pending, at most %w are nominal", cause_compactions},
	{"%w compactions pending (for its window)", cause_window},
	/* its host */
	{"the host of %n cannot be commanded: %*", cause_host_away},
	{"the host does not tell of %w: %*", cause_lane_host_away},
	{"%w is changing, systemd has a job for it", cause_unit_busy},
	{"%w is stopping", cause_unit_busy},
	{"%w is %w, systemctl %w is on its way", cause_act_on_its_way},
	{"%w is %w, but our systemctl %w may still arrive", cause_act_may_arrive},
	{"the outcome of systemctl %w is unknown, %w is %w: looking on", cause_act_unknown},
	{"systemctl %w was accepted, %w is %w", cause_act_accepted},
	{"systemctl %w took effect, %w is %w", cause_act_accepted},
	{"%w is %w after systemctl %w: it was started, and did not stay as ordered", cause_retried},
	{"not done after %w: %*", cause_retried},
	{"%w runs, as unit %*", cause_program_runs},
	{"a directory for the output of %w is being made", cause_host_command},
	{"whether the directory for the output of %w was made is not known yet", cause_host_command},
	{"the order to start %w is on its way", cause_host_command},
	{"whether %w was started is not known yet", cause_host_command},
	{"%*; tidying up", cause_host_command},
	/* a server outside */
	{"the request is on its way", cause_request_open},
	{"no answer: %*", cause_request_open},
	{"it could not be sent: %*", cause_request_not_sent},
	/* the operation */
	{"Redis does not answer: asked %t, no answer yet", cause_redis_asked},
	{"Redis does not answer: %*", cause_redis_away},
	{"an act of before the takeover may still arrive", cause_strays},
	{"waits for the journal of %w", cause_journal_awaited},
	{"Redis holds sequence %w, but %w has been reported: %*", cause_journal_lost},
	{"cannot read the journal's %*", cause_journal_edited},
	{"the plan would be %w now, and the status names %w: %*", cause_not_rebuilt},
	{"the status names %w of %w nodes that are neither done nor waiting: %*", cause_not_rebuilt},
	{"a step of the whole cluster may have been carried out, %*", cause_not_rebuilt},
	{"the API server does not answer: no node is begun", cause_api_away},
	{"spec.cancel is set", cause_cancelled},
	{"limits.frozen is set on the TargetCluster", cause_frozen},
	{"spec.suspend is set", cause_suspended},
	{"sleeps until %t", cause_until},
	{"position %w, behind %*", cause_behind},
	{"waits behind %*", cause_behind},
	{"held by %*", cause_behind},
	{"--max-operations %w, behind %*", cause_behind},
	{"zone %*at work, behind %*", cause_behind},
	{"cools down until %t after %n", cause_until},
	{"canary soaks until %t", cause_until},
	{"%*approve %w, plan %w%*", cause_approval},
	{"gate closed since %t: %*", cause_gate_paused},
	/* the cluster, before anything has begun */
	{"asking the nodes who they are", cause_asking_nodes},
	{"the members are being asked for what they see", cause_asking_nodes},
	{"asking the hosts whether they can be commanded", cause_asking_hosts},
	{"spec.cluster: there is no TargetCluster %*", cause_no_target},
	{"spec%*", cause_refused},
	{"%n is not in the ring, and step %w, %w, is for members: %*", cause_not_planned},
	{"too few replicas for what clients need with a node down, %*", cause_not_planned},
	/* what gives no reason */
	{"next node", never},
	{"to be drained", never},
	{"%w is %w, systemctl %w is to be sent%*", never},
	{"plan %w: %w nodes", never},
	{"taken up again", never},
	{"is looked at before it is brought back", never},
	/* so general that it comes last */
	{"%w is %w", cause_unit_state},
};

static bool
is_condition(const char *text, size_t len)
{
	for (size_t i = 0; registry[i]; i++)
		if (registry[i]->judge && strlen(registry[i]->name) == len && strncmp(registry[i]->name, text, len) == 0)
			return true;
	return false;
}

/* Words before the reason proper: what is claimed with them, too. */
static const struct cause places[] = {
	{"suspends after ", cause_suspended},
	{"spec is refused; after ", cause_refused},
	{"cancels after ", cause_cancelled},
	{"ends as Succeeded after ", cause_ending},
	{"ends as Failed after ", cause_ending},
	{"ends as Cancelled after ", cause_ending},
	{"spec.access.host: ", NULL},
	{"spec.contactPoints: ", NULL},
};

/* The node that the rest is about. */
static const char *
skip_lane(struct claim *claim, const char *text)
{
	static const char *const links[] = {": ", " is OUT OF SERVICE and being brought back: "};
	size_t len = strcspn(text, ": ");
	char name[64];
	int node;

	snprintf(name, sizeof name, "%.*s", (int)len, text);
	node = sim_find(claim->sim, name);
	if (node < 0)
		return text;
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (strncmp(text + len, links[i], strlen(links[i])) == 0) {
			claim->lane = node;
			return text + len + strlen(links[i]);
		}
	return text;
}

/* "TargetCluster messages-prd is not ready: …" */
static const char *
skip_cluster(const char *text)
{
	static const char not_ready[] = " is not ready: ";
	const char *end = strncmp(text, "TargetCluster ", 14) == 0 ? strstr(text, not_ready) : NULL;

	return end ? end + strlen(not_ready) : text;
}

static const char *
skip_places(struct claim *claim, const char *text)
{
	static const char rebuild[] = "rebuildJournal: ";
	size_t len;

	if (strncmp(text, rebuild, strlen(rebuild)) == 0)
		text += strlen(rebuild);
	text = skip_cluster(text);

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strncmp(text, places[i].pattern, strlen(places[i].pattern)) == 0) {
			text += strlen(places[i].pattern);
			claim->beside = places[i].truth ? &places[i] : claim->beside;
		}
	text = skip_lane(claim, text);
	len = strcspn(text, ": ");
	return text[len] == ':' && is_condition(text, len) ? text + len + 2 : text;
}

/* Behind the reason: since when the gate is closed, and what is done about it. */
static void
cut_tail(char *text)
{
	static const char since[] = " (since ", again[] = "; trying again";
	char *at = strstr(text, since);
	size_t len;

	if (at && at[strlen(at) - 1] == ')')
		*at = '\0';
	len = strlen(text);
	if (len > strlen(again) && strcmp(text + len - strlen(again), again) == 0)
		text[len - strlen(again)] = '\0';
}

void
cause_read(struct claim *claim, const char *text)
{
	char tailless[CLAIM_TEXT];
	const char *reason;

	snprintf(claim->text, sizeof claim->text, "%s", text);
	snprintf(tailless, sizeof tailless, "%s", text);
	claim->lane = claim->minute = -1;
	claim->nnodes = claim->nwords = 0;
	claim->cause = claim->beside = NULL;
	cut_tail(tailless);
	reason = skip_places(claim, tailless);
	for (size_t i = 0; i < ARRAY_LEN(causes) && !claim->cause; i++)
		if (sentence_match(claim, causes[i].pattern, reason))
			claim->cause = &causes[i];
}

bool
cause_is_true(const struct claim *claim)
{
	return claim->cause && claim->cause->truth(claim) && (!claim->beside || claim->beside->truth(claim));
}

bool
cause_is_of(const struct claim *claim, const char *step, int node)
{
	const char *name = strrchr(step, '/');

	return name && node >= 0 && (strcmp(name + 1, sim_name(claim->sim, (size_t)node)) == 0 ||
	    strcmp(name + 1, sim_address(claim->sim, (size_t)node)) == 0);
}

bool
cause_is_recent(const struct claim *claim, int64_t ms)
{
	return ms > 0 && claim->world->now - ms <= CAUSE_RECENT_MS;
}

int
cause_node(const struct claim *claim)
{
	return claim->nnodes > 0 ? claim->nodes[0] : claim->lane;
}
