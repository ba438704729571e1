#include "check.h"
#include "json.h"
#include "object_kit.h"
#include "target.h"

static void
everything_is_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"clusterName\":\"m\",\"contactPoints\":[\"10.0.0.1\",\"fd00::1\"],"
	    "\"nodes\":[{\"name\":\"a\",\"address\":\"10.0.0.1\",\"zone\":\"e/1\"},{\"name\":\"b\",\"address\":"
	    "\"10.0.0.2\",\"zone\":\"e/2\"}],\"zoneFrom\":\"inventory\",\"access\":{\"api\":{\"type\":\"ssh\","
	    "\"port\":10001},\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"port\":2222,\"sudo\":true,\"sshSecretRef\":"
	    "{\"name\":\"key\"}}},\"availability\":{\"consistency\":\"QUORUM\","
	    "\"hintWindow\":\"90m\",\"keyspaces\":[{\"name\":\"scratch\","
	    "\"require\":\"none\"},{\"name\":\"world\",\"require\":\"global\"},{\"name\":\"pairs\",\"require\":\"ONE\"},"
	    "{\"name\":\"both\",\"require\":\"QUORUM+LOCAL_QUORUM\"}]},\"limits\":{\"maxNodesDown\":2,"
	    "\"frozen\":true}}", "{\"observedGeneration\":4,\"hostIds\":[\"x\",\"y\"],\"members\":[{\"name\":\"a\"},"
	    "{\"name\":\"b\",\"address\":\"10.0.0.2\"},"
	    "{\"name\":\"c\",\"address\":\"10.0.0.9\",\"inventoryAddress\":\"10.0.0.3\"}],"
	    "\"repairNeeded\":[{\"hostId\":\"x\",\"downSince\":"
	    "\"2026-01-01T00:00:00Z\",\"upSince\":\"2026-01-01T04:00:00Z\"},{\"hostId\":\"y\",\"downSince\":\"?\"},{}],"
	    "\"conditions\":[]}");
	struct target *t = target_decode(json, NULL);

	(void)state;
	CHECK(t);
	CHECK_TEXT(t->cluster_name, "m");
	CHECK_INT(t->ncontact_points, 2);
	CHECK_TEXT(t->contact_points[1], "fd00::1");
	CHECK_INT(t->nnodes, 2);
	CHECK_TEXT(t->nodes[1].name, "b");
	CHECK_TEXT(t->nodes[1].zone, "e/2");
	CHECK_INT(t->zone_from, TARGET_ZONE_INVENTORY);
	CHECK_INT(t->api_port, 10001);
	CHECK(t->api_ssh && t->host_ssh && t->host_sudo);
	CHECK_TEXT(t->host_user, "ops");
	CHECK_INT(t->host_port, 2222);
	CHECK_TEXT(t->host_secret, "key");
	CHECK_INT(t->levels, TARGET_QUORUM);
	CHECK_INT(t->hint_window_ms, 90 * 60 * 1000);
	CHECK_INT(t->ndecided, 4);
	CHECK_TEXT(t->decided[0], "scratch");
	CHECK_INT(t->decided_levels[0], 0);
	CHECK_TEXT(t->decided[1], "world");
	CHECK_INT(t->decided_levels[1], TARGET_QUORUM);
	CHECK_INT(t->decided_levels[2], TARGET_ONE);
	CHECK_INT(t->decided_levels[3], TARGET_QUORUM | TARGET_LOCAL_QUORUM);
	CHECK_INT(t->max_nodes_down, 2);
	CHECK(t->frozen);
	CHECK_INT(t->nhost_ids, 2);
	CHECK_TEXT(t->host_ids[1], "y");
	CHECK_INT(t->noutages, 1);
	CHECK_TEXT(t->outages[0].host_id, "x");
	CHECK_TEXT(t->outages[0].name, "x");
	CHECK_INT(t->outages[0].up_ms - t->outages[0].down_ms, 4 * 60 * 60 * 1000);
	CHECK_INT(t->nknown, 2);
	CHECK_TEXT(t->known[0].address, "10.0.0.2");
	CHECK_TEXT(t->known[0].listed, "10.0.0.2");
	CHECK_TEXT(t->known[1].listed, "10.0.0.3");
	CHECK_INT(t->observed_generation, 4);
	target_free(t);
}

static void
channels_are_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"clusterName\":\"m\",\"contactPoints\":[\"10.0.0.1\"],"
	    "\"channels\":[{\"name\":\"ops\",\"type\":\"discord\",\"urlSecretRef\":{\"name\":\"hooks\","
	    "\"key\":\"ops\"},\"notify\":[\"halted\",\"finished\"]},{\"name\":\"all\",\"type\":\"json\",\"urlSecretRef\":"
	    "{\"name\":\"hooks\",\"key\":\"all\"},\"hmacSecretRef\":{\"name\":\"sign\",\"key\":\"k\"},\"template\":"
	    "\"1++1 +text+\"},{\"name\":\"quiet\",\"type\":\"slack\",\"urlSecretRef\":{\"name\":\"hooks\",\"key\":\"q\"},"
	    "\"notify\":[]}]}", NULL);
	struct target *t = target_decode(json, NULL);

	(void)state;
	CHECK(t);
	CHECK_INT(t->nchannels, 3);
	CHECK_INT(target_channel(t, "ops")->type, TARGET_CHANNEL_DISCORD);
	CHECK_TEXT(target_channel(t, "ops")->url.key, "ops");
	CHECK_INT(target_channel(t, "ops")->notify, TARGET_NOTIFY_HALTED | TARGET_NOTIFY_FINISHED);
	CHECK(!target_channel(t, "ops")->hmac.name && !target_channel(t, "ops")->template_);
	CHECK_TEXT(target_channel(t, "all")->hmac.name, "sign");
	CHECK_TEXT(target_channel(t, "all")->template_, "1++1 +text+");
	CHECK_INT(target_channel(t, "all")->notify, TARGET_NOTIFY_ALL);
	CHECK_INT(target_channel(t, "quiet")->notify, 0);
	CHECK(!target_channel(t, "none"));
	target_free(t);
}

static void
what_is_left_out_has_its_default(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"clusterName\":\"m\",\"contactPoints\":[\"10.0.0.1\"]}", NULL);
	struct target *t = target_decode(json, NULL);

	(void)state;
	CHECK(t);
	CHECK_INT(t->zone_from, TARGET_ZONE_RACK);
	CHECK_INT(t->api_port, 10000);
	CHECK_INT(t->host_port, 22);
	CHECK(!t->api_ssh && !t->host_ssh && !t->host_sudo && !t->host_user && !t->host_secret);
	CHECK_INT(t->levels, TARGET_QUORUM | TARGET_LOCAL_QUORUM);
	CHECK_INT(t->hint_window_ms, 3 * 60 * 60 * 1000);
	CHECK_INT(t->ndecided, 0);
	CHECK_INT(t->max_nodes_down, 0);
	CHECK(!t->frozen);
	CHECK_TEXT(t->conditions, "[]");
	CHECK_INT(t->observed_generation, -1);
	target_free(t);
	CHECK(!target_free(NULL));
}

static void
commands_are_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of("{\"clusterName\":\"m\",\"contactPoints\":[\"10.0.0.1\"],\"commands\":["
	    "{\"name\":\"sweep\",\"description\":\"d\",\"args\":[\"/bin/sweep\",\"--tag={tag}\"],\"timeout\":\"90s\","
	    "\"impact\":\"none\"},{\"name\":\"other\",\"args\":[\"/bin/true\"]}]}", NULL);
	struct target *t = target_decode(json, NULL);

	(void)state;
	CHECK(t);
	CHECK_INT(t->commands.count, 2);
	CHECK_TEXT(t->commands.list[0].name, "sweep");
	CHECK_INT(t->commands.list[0].nargs, 2);
	CHECK_TEXT(t->commands.list[0].args[1], "--tag={tag}");
	CHECK_INT(t->commands.list[0].timeout_ms, 90000);
	CHECK_INT(t->commands.list[0].impact, 0);
	CHECK_INT(t->commands.list[1].impact, -1);
	target_free(t);
}

#define POINTS "{\"clusterName\":\"m\",\"contactPoints\":[\"10.0.0.1\"]"

static const char *const refusals[][2] = {
	{"{\"contactPoints\":[\"10.0.0.1\"]}", "spec.clusterName: missing; expected a string"},
	{"{\"clusterName\":\"m\"}", "spec.contactPoints: missing; expected a list"},
	{"{\"clusterName\":\"m\",\"contactPoints\":[]}",
	    "spec.contactPoints: names no node; expected at least one address"},
	{"{\"clusterName\":\"m\",\"contactPoints\":[\"db-1\"]}",
	    "spec.contactPoints[0]: expected a numeric IPv4 or IPv6 address, such as \"10.0.0.1\", got \"db-1\""},
	{POINTS ",\"chanels\":[]}", "spec.chanels: unknown field; did you mean \"channels\"?"},
#define CHANNEL POINTS ",\"channels\":[{\"name\":\"ops\",\"type\":\"slack\",\"urlSecretRef\":{\"name\":\"h\",\"key\":\"k\"}"
	{POINTS ",\"channels\":[{\"name\":\"ops\"}]}", "spec.channels[0].type: missing; expected discord, slack or json"},
	{POINTS ",\"channels\":[{\"name\":\"ops\",\"type\":\"irc\"}]}",
	    "spec.channels[0].type: expected discord, slack or json, got \"irc\""},
	{POINTS ",\"channels\":[{\"name\":\"ops\",\"type\":\"json\"}]}",
	    "spec.channels[0].urlSecretRef: missing; expected an object"},
	{POINTS ",\"channels\":[{\"name\":\"ops\",\"type\":\"json\",\"urlSecretRef\":{\"name\":\"h\"}}]}",
	    "spec.channels[0].urlSecretRef.key: missing; expected a string"},
	{CHANNEL "},{\"name\":\"ops\",\"type\":\"json\"}]}", "spec.channels[1].name: \"ops\" is the name of channels[0] too"},
	{CHANNEL ",\"hmacSecretRef\":{\"name\":\"h\",\"key\":\"k\"}}]}",
	    "spec.channels[0].hmacSecretRef: belongs to type json; the others know no signature"},
	{CHANNEL ",\"notify\":[\"halt\"]}]}",
	    "spec.channels[0].notify[0]: expected halted, frozen, approval, outOfService or finished, got \"halt\""},
	{CHANNEL ",\"template\":\"+txt+\"}]}", "spec.channels[0].template: knows no +txt+; it knows +text+, +event+, "
	    "+operation+, +namespace+, +cluster+ and +owner+"},
	{CHANNEL ",\"template\":\"1+1\"}]}", "spec.channels[0].template: \"+1\" has no second plus; a plus is written ++"},
	{CHANNEL ",\"url\":\"https://x\"}]}", "spec.channels[0].url: unknown field"},
	{POINTS ",\"zoneFrom\":\"row\"}", "spec.zoneFrom: expected rack, datacenter or inventory, got \"row\""},
	{POINTS ",\"zoneFrom\":\"inventory\"}",
	    "spec.nodes: every node must name its zone when zoneFrom is inventory"},
	{POINTS ",\"zoneFrom\":\"inventory\",\"nodes\":[{\"name\":\"a\",\"address\":\"10.0.0.1\"}]}",
	    "spec.nodes[0].zone: missing; expected a zone, written datacenter/rack, because zoneFrom is inventory"},
	{POINTS ",\"nodes\":[{\"name\":\"-a\",\"address\":\"10.0.0.1\"}]}", "spec.nodes[0].name: expected letters, "
	    "digits, '.', '_', '@' and '-', beginning with a letter or digit, got \"-a\""},
	{POINTS ",\"nodes\":[{\"name\":\"a/b\",\"address\":\"10.0.0.1\"}]}", "spec.nodes[0].name: expected letters, "
	    "digits, '.', '_', '@' and '-', beginning with a letter or digit, got \"a/b\""},
	{POINTS ",\"nodes\":[{\"name\":\"a\",\"address\":\"a\"}]}",
	    "spec.nodes[0].address: expected a numeric IPv4 or IPv6 address, such as \"10.0.0.1\", got \"a\""},
	{POINTS ",\"nodes\":[{\"name\":\"a\",\"address\":\"10.0.0.1\",\"zone\":\"b\"}]}",
	    "spec.nodes[0].zone: expected a zone, written datacenter/rack, got \"b\""},
	{POINTS ",\"nodes\":[{\"name\":\"a\",\"address\":\"10.0.0.1\"},{\"name\":\"a\",\"address\":\"10.0.0.2\"}]}",
	    "spec.nodes[1].name: \"a\" is the name of nodes[0] too"},
	{POINTS ",\"nodes\":[{\"name\":\"a\",\"address\":\"10.0.0.1\"},{\"name\":\"b\",\"address\":\"10.0.0.1\"}]}",
	    "spec.nodes[1].address: 10.0.0.1 is the address of \"a\" too"},
	{POINTS ",\"access\":{\"api\":{\"type\":\"agent\"}}}", "spec.access.api.type: expected direct or ssh, got \"agent\""},
	{POINTS ",\"access\":{\"api\":{\"type\":\"ssh\"}}}",
	    "spec.access.api.type: ssh logs in as access.host says, whose type must be ssh too"},
	{POINTS ",\"access\":{\"api\":{\"type\":\"ssh\"},\"host\":{\"type\":\"none\"}}}",
	    "spec.access.api.type: ssh logs in as access.host says, whose type must be ssh too"},
	{POINTS ",\"access\":{\"api\":{\"port\":0}}}",
	    "spec.access.api.port: expected an integer from 1 to 65535, got 0"},
#define URL "an http:// or https:// URL without a user, query or fragment"
	{POINTS ",\"access\":{\"prometheus\":{}}}", "spec.access.prometheus.url: missing; expected " URL},
	{POINTS ",\"access\":{\"prometheus\":{\"url\":\"prometheus:9090\"}}}", "spec.access.prometheus.url: expected " URL
	    ", got \"prometheus:9090\""},
	{POINTS ",\"access\":{\"prometheus\":{\"url\":\"http://a:b@c\"}}}", "spec.access.prometheus.url: expected " URL
	    ", got \"http://a:b@c\""},
	{POINTS ",\"access\":{\"prometheus\":{\"url\":\"http:///x\"}}}", "spec.access.prometheus.url: expected " URL
	    ", got \"http:///x\""},
	{POINTS ",\"access\":{\"manager\":{\"url\":3}}}", "spec.access.manager.url: expected " URL ", got 3"},
	{POINTS ",\"access\":{\"graphite\":{}}}", "spec.access.graphite: unknown field"},
	{POINTS ",\"access\":{\"host\":{}}}", "spec.access.host.type: missing; expected ssh or none"},
	{POINTS ",\"access\":{\"host\":{\"type\":\"exec\"}}}",
	    "spec.access.host.type: expected none or ssh, got \"exec\""},
	{POINTS ",\"access\":{\"host\":{\"type\":\"ssh\"}}}", "spec.access.host.user: missing; expected a string"},
	{POINTS ",\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"-oProxyCommand=x\"}}}",
	    "spec.access.host.user: expected letters, digits, '.', '_', '@' and '-', beginning with a letter or digit, "
	    "got \"-oProxyCommand=x\""},
	{POINTS ",\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"o\",\"sshSecretRef\":{}}}}",
	    "spec.access.host.sshSecretRef.name: missing; expected a string"},
	{POINTS ",\"access\":{\"host\":{\"type\":\"none\",\"user\":\"o\"}}}",
	    "spec.access.host: user, port, sudo and sshSecretRef belong to type ssh"},
	{POINTS ",\"availability\":{\"consistency\":\"ALL\"}}",
	    "spec.availability.consistency: expected QUORUM+LOCAL_QUORUM, QUORUM, LOCAL_QUORUM, EACH_QUORUM, ONE or LOCAL_ONE, "
	    "got \"ALL\""},
	{POINTS ",\"availability\":{\"hintWindow\":\"3 hours\"}}",
	    "spec.availability.hintWindow: expected a duration from 1m on, such as \"3h\", got \"3 hours\""},
	{POINTS ",\"availability\":{\"hintWindow\":\"59s\"}}",
	    "spec.availability.hintWindow: expected a duration from 1m on, such as \"3h\", got \"59s\""},
	{POINTS ",\"availability\":{\"hintWindow\":3}}",
	    "spec.availability.hintWindow: expected a duration from 1m on, such as \"3h\", got 3"},
	{POINTS ",\"availability\":{\"keyspaces\":[{\"name\":\"k\"}]}}",
	    "spec.availability.keyspaces[0].require: missing; expected none, global or a consistency level"},
	{POINTS ",\"availability\":{\"keyspaces\":[{\"name\":\"k\",\"require\":\"all\"}]}}",
	    "spec.availability.keyspaces[0].require: expected none, global, QUORUM+LOCAL_QUORUM, QUORUM, LOCAL_QUORUM, "
	    "EACH_QUORUM, ONE or LOCAL_ONE, got \"all\""},
#define COMMAND(name, args) POINTS ",\"commands\":[{\"name\":\"" name "\",\"args\":" args "}]}"
	{COMMAND("Sweep", "[\"/bin/true\"]"), "spec.commands[0].name: expected a name of small letters, digits and '-', "
	    "beginning with a letter, got \"Sweep\""},
	{POINTS ",\"commands\":[{\"name\":\"a\"}]}", "spec.commands[0].args: missing; expected a list"},
	{COMMAND("a", "[]"), "spec.commands[0].args: is empty; expected the program's path and its arguments"},
	{COMMAND("a", "[\"true\"]"), "spec.commands[0].args[0]: expected the program's path, such as \"/usr/bin/nodetool\", "
	    "without a {gap}, got \"true\""},
	{COMMAND("a", "[\"/bin/{program}\"]"), "spec.commands[0].args[0]: expected the program's path, such as "
	    "\"/usr/bin/nodetool\", without a {gap}, got \"/bin/{program}\""},
	{COMMAND("a", "[\"/bin/sh\",\"-c\",\"a; b\"]"), "spec.commands[0].args[2]: expected letters, digits and . _ : @ / = , "
	    "+ - with {gaps} of small letters, digits and _, for there is no shell, got \"a; b\""},
	{COMMAND("a", "[\"/bin/echo\",\"{Tag}\"]"), "spec.commands[0].args[1]: expected letters, digits and . _ : @ / = , "
	    "+ - with {gaps} of small letters, digits and _, for there is no shell, got \"{Tag}\""},
	{COMMAND("a", "[\"/bin/echo\",\"{argv}\"]"), "spec.commands[0].args[1]: {argv} is run-command's own parameter; call "
	    "the gap otherwise"},
	{POINTS ",\"commands\":[{\"name\":\"a\",\"args\":[\"/a\"]},{\"name\":\"a\",\"args\":[\"/b\"]}]}",
	    "spec.commands[1].name: \"a\" is the name of commands[0] too"},
	{POINTS ",\"commands\":[{\"name\":\"a\",\"args\":[\"/a\"],\"timeout\":\"10\"}]}",
	    "spec.commands[0].timeout: expected a duration from 1s on, such as \"10m\", got \"10\""},
	{POINTS ",\"commands\":[{\"name\":\"a\",\"args\":[\"/a\"],\"impact\":\"some\"}]}", "spec.commands[0].impact: "
	    "expected none, takesNodeDown, bringsNodeUp or changesTopology, got \"some\""},
	{POINTS ",\"limits\":{\"maxNodesDown\":-1}}",
	    "spec.limits.maxNodesDown: expected an integer from 0 to 1000, got -1"},
	{POINTS ",\"limits\":{\"frozen\":\"no\"}}", "spec.limits.frozen: expected true or false, got \"no\""},
};

static void
an_identity_that_cannot_be_read_is_not_taken_anew(void **state)
{
	CLEANUP_JSON struct cJSON *json = object_of(POINTS "}", "{\"hostIds\":[1]}");
	struct err err = {""};

	(void)state;
	CHECK(!target_decode(json, &err));
	CHECK_TEXT(err.text, "status.hostIds[0]: expected a string, got 1");
}

static void
bad_specs_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		CLEANUP_JSON struct cJSON *json = object_of(refusals[i][0], NULL);
		struct err err = {""};

		CHECK(!target_decode(json, &err));
		CHECK_TEXT(err.text, refusals[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(channels_are_read),
		cmocka_unit_test(commands_are_read),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(an_identity_that_cannot_be_read_is_not_taken_anew),
		cmocka_unit_test(bad_specs_are_refused_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
