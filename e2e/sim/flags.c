#include "flags.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

enum flag_kind { FLAG_YES, FLAG_TEXT, FLAG_COUNT, FLAG_FACTOR, FLAG_KEYSPACE };

struct flag {
	const char *name;
	enum flag_kind kind;
	size_t at;
	const char *value, *help;
};

#define AT(member) offsetof(struct flags, member)

static const struct flag known[] = {
	{"net", FLAG_TEXT, AT(net), "A.B.C", "nodes have addresses from A.B.C.1 on (127.0.1)"},
	{"nodes", FLAG_COUNT, AT(nodes), "N", "N nodes over three racks (6)"},
	{"layout", FLAG_TEXT, AT(config.layout), "LAYOUT", "such as dc1/a:2,dc1/x:1z (z: no tokens), instead of --nodes"},
	{"clusters", FLAG_COUNT, AT(clusters), "N", "N such clusters on consecutive addresses: NAME-1 .. NAME-N (1)"},
	{"cluster-name", FLAG_TEXT, AT(config.cluster_name), "NAME", "(messages-sim)"},
	{"keyspace", FLAG_KEYSPACE, 0, "KS",
	    "app:3, app:dc1=3,dc2=3, app:simple=3, app:everywhere, app:3+tablets; repeatable (app:3)"},
	{"no-system-keyspaces", FLAG_YES, AT(no_system), "", "without system, system_auth and so on"},
	{"vnodes", FLAG_COUNT, AT(config.vnodes), "N", "tokens of each node (8)"},
	{"release", FLAG_TEXT, AT(config.version), "VERSION", "what the nodes call themselves"},
	{"speed", FLAG_FACTOR, AT(config.speed), "F", "F times faster than life (1)"},
	{"notify-up", FLAG_COUNT, AT(config.times.notify_up), "MS",
	    "CQL waits so long for the peers, as since 6.1 (10000)"},
	{"slow", FLAG_COUNT, AT(slow), "MS", "every REST answer takes so long (0)"},
	{"blame", FLAG_COUNT, AT(config.blame), "MS", "what could be seen for longer is blameworthy (3000)"},
	{"seed", FLAG_COUNT, AT(config.seed), "N", "(1)"},
	{"port", FLAG_COUNT, AT(port), "N", "REST (10000)"},
	{"metrics-port", FLAG_COUNT, AT(metrics_port), "N", "metrics (9180); 0: none"},
	{"control-port", FLAG_COUNT, AT(control_port), "N", "control, on 127.0.0.1 (0: any; it is printed)"},
	{"ssh-port", FLAG_COUNT, AT(ssh_port), "N", "the hosts' sshd; 0: none (0)"},
	{"sshd", FLAG_TEXT, AT(sshd), "PATH", "started for each connection (/usr/sbin/sshd)"},
	{"sshd-config", FLAG_TEXT, AT(sshd_config), "FILE", "its configuration"},
	{"audit", FLAG_TEXT, AT(audit), "FILE", "the audit log is appended to it"},
	{"log-requests", FLAG_TEXT, AT(log_requests), "FILE", "a line for each request at a node, with its times in us"},
	{"systemctl", FLAG_YES, AT(systemctl), "", "be sshd's forced command"},
	{"control", FLAG_TEXT, AT(control), "URL", "where --systemctl finds the control port"},
	{"help", FLAG_YES, AT(help), "", "this"},
	{"version", FLAG_YES, AT(version), "", "which one this is"},
};

void
flags_help(void)
{
	printf("usage: scylla-sim [OPTION]...\n"
	    "Plays Scylla clusters: each node has a loopback address of its own, with REST and metrics.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		printf("  --%s%s%-*s %s\n", known[i].name, *known[i].value ? " " : "",
		    (int)(24 - strlen(known[i].name) - (*known[i].value != 0)), known[i].value, known[i].help);
	printf("\nThe control port's requests are listed at the head of e2e/sim/control.c.\n");
}

static const struct flag *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].name) == len && !strncmp(known[i].name, name, len))
			return &known[i];
	return NULL;
}

static int
number(const struct flag *flag, const char *value, double *ret, struct err *err)
{
	char *end;

	*ret = strtod(value, &end);
	if (end == value || *end || *ret < 0 || *ret > 1e15)
		return err_set(err, "--%s %s: expected a number", flag->name, value);
	return 0;
}

/* Counts of different widths lie in the configuration. */
static void
store(struct flags *flags, const struct flag *flag, double value)
{
	void *at = (char *)flags + flag->at;

	if (flag->kind == FLAG_FACTOR)
		*(double *)at = value;
	else if (flag->at == AT(config.vnodes))
		*(unsigned *)at = (unsigned)value;
	else
		*(int64_t *)at = (int64_t)value;
}

static int
set(struct flags *flags, const struct flag *flag, const char *value, struct err *err)
{
	struct sim_keyspace keyspace;
	double amount;

	switch (flag->kind) {
	case FLAG_YES:
		*(bool *)((char *)flags + flag->at) = true;
		return 0;
	case FLAG_TEXT:
		*(const char **)((char *)flags + flag->at) = value;
		return 0;
	case FLAG_KEYSPACE:
		if (sim_keyspace_parse(value, &keyspace, err) < 0)
			return -1;
		*ARRAY_GROW(flags->keyspaces, flags->nkeyspaces) = keyspace;
		return 0;
	default:
		if (number(flag, value, &amount, err) < 0)
			return -1;
		store(flags, flag, amount);
		return 0;
	}
}

int
flags_parse(struct flags *flags, int argc, char **argv, struct err *err)
{
	*flags = (struct flags){.config = sim_defaults(), .net = "127.0.1", .nodes = 6, .clusters = 1, .port = 10000,
	    .metrics_port = 9180, .sshd = "/usr/sbin/sshd"};
	flags->config.layout = NULL;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *equals = strchr(word, '=');
		size_t len = equals ? (size_t)(equals - word) : strlen(word);
		const struct flag *flag = len > 2 && !strncmp(word, "--", 2) ? find(word + 2, len - 2) : NULL;

		if (!flag)
			return err_set(err, "there is no option %s; see --help", word);
		if (flag->kind != FLAG_YES && !equals && i + 1 == argc)
			return err_set(err, "%s needs a value", word);
		if (set(flags, flag, flag->kind == FLAG_YES ? "" : equals ? equals + 1 : argv[++i], err) < 0)
			return -1;
	}
	if (flags->ssh_port && !flags->sshd_config)
		return err_set(err, "--ssh-port needs --sshd-config");
	flags->config.no_system_keyspaces = flags->no_system;
	if (flags->nkeyspaces) {
		flags->config.keyspaces = flags->keyspaces;
		flags->config.nkeyspaces = flags->nkeyspaces;
	}
	return 0;
}

void
flags_done(struct flags *flags)
{
	free(flags->keyspaces);
}
