#include "small_node.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "buf.h"
#include "raft.h"
#include "topology.h"

static char *
live_nodes(int observer, const bool *absent)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	buf_putc(&body, '[');
	for (int i = 0; i < SMALL_NODES; i++)
		if (i == observer || !absent[i])
			buf_printf(&body, "%s\"%s\"", body.len > 1 ? "," : "", small_nodes[i].address);
	buf_putc(&body, ']');
	return buf_take(&body);
}

/* Only those that the node calls up are asked. */
static char *
schemas(int observer, const bool *absent)
{
	CLEANUP_FREE char *live = live_nodes(observer, absent);

	return xasprintf("[{\"key\":\"11111111-0000-4000-8000-000000000001\",\"value\":%s}]", live);
}

static char *
members(void)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"key\":\"%s\",\"value\":\"%s\"}", i ? "," : "[", small_nodes[i].address,
		    small_nodes[i].host_id);
	buf_putc(&body, ']');
	return buf_take(&body);
}

static char *
ranges(void)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);

	buf_puts(&body, "[{\"start_token\":\"1\",\"end_token\":\"2\",\"endpoints\":[");
	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s\"%s\"", i ? "," : "", small_nodes[i].address);
	buf_puts(&body, "],\"endpoint_details\":[");
	for (int i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"host\":\"%s\",\"datacenter\":\"dc1\",\"rack\":\"%s\"}", i ? "," : "",
		    small_nodes[i].address, small_nodes[i].rack);
	buf_puts(&body, "]}]");
	return buf_take(&body);
}

/* The rack of the host that the question names. */
static char *
rack(const char *what)
{
	for (int i = 0; i < SMALL_NODES; i++)
		if (strcmp(what + strlen(SCYLLA_RACK), small_nodes[i].address) == 0)
			return xasprintf("\"%s\"", small_nodes[i].rack);
	return xstrdup("\"?\"");
}

char *
small_healthy(int node, const char *what, const bool *absent)
{
	static const char *const words[][2] = {
		{SCYLLA_MODE, "\"NORMAL\""}, {SCYLLA_GOSSIPING, "true"}, {SCYLLA_CLUSTER_NAME, "\"messages-prd\""},
		{SCYLLA_SCHEMA_VERSION, "\"11111111-0000-4000-8000-000000000001\""}, {SCYLLA_JOINING, "[]"},
		{SCYLLA_LEAVING, "[]"}, {SCYLLA_KEYSPACES, "[\"ks\"]"}, {SCYLLA_USER_KEYSPACES, "[\"ks\"]"},
		{SCYLLA_TABLET_KEYSPACES, "[]"}, {SCYLLA_VNODE_KEYSPACES, "[\"ks\"]"}, {SCYLLA_TOKENS, "[\"1\",\"2\",\"3\"]"},
		{SCYLLA_GENERATION, "1700000000"}, {SCYLLA_NATIVE_TRANSPORT, "true"},
		{SCYLLA_RELEASE_VERSION, "\"2026.1.0\""}, {SCYLLA_PENDING_COMPACTIONS, "3"}, {SCYLLA_READ_BARRIER, ""},
		{SCYLLA_RAFT_TOPOLOGY, "\"done\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i][0], what) == 0)
			return xstrdup(words[i][1]);
	if (strncmp(what, SCYLLA_TASKS, strlen(SCYLLA_TASKS)) == 0)
		return xstrdup("[]");
	if (strcmp(what, SCYLLA_SCHEMA_VERSIONS) == 0)
		return schemas(node, absent);
	if (strcmp(what, SCYLLA_LIVE) == 0)
		return live_nodes(node, absent);
	if (strcmp(what, SCYLLA_HOST_IDS) == 0)
		return members();
	if (strcmp(what, SCYLLA_TOKENS_ENDPOINT) == 0)
		return xasprintf("[{\"key\":\"1\",\"value\":\"%s\"},{\"key\":\"2\",\"value\":\"%s\"},"
		    "{\"key\":\"3\",\"value\":\"%s\"}]", small_nodes[0].address, small_nodes[1].address,
		    small_nodes[2].address);
	if (strncmp(what, SCYLLA_DESCRIBE_RING, strlen(SCYLLA_DESCRIBE_RING)) == 0)
		return ranges();
	if (strncmp(what, SCYLLA_DATACENTER, strlen(SCYLLA_DATACENTER)) == 0)
		return xstrdup("\"dc1\"");
	return strncmp(what, SCYLLA_RACK, strlen(SCYLLA_RACK)) == 0 ? rack(what) : NULL;
}

char *
small_unit(const char *state, const char *invocation, bool job, const char *boot)
{
	return xasprintf("Id=scylla-server.service\nLoadState=loaded\nActiveState=%s\nSubState=any\nInvocationID=%s\n"
	    "Job=%s\n\nId=sysinit.target\nLoadState=loaded\nActiveState=active\nSubState=active\nInvocationID=%s\n"
	    "Job=\n", state, invocation, job ? "77" : "", boot);
}
