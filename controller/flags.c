#include "flags.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "instant.h"
#include "log.h"

enum { RECORD_MOST_MIB = 1 << 20 };

enum type { TEXT, DURATION, COUNT, SWITCH };

struct flag {
	const char *name;
	enum type type;
	size_t at;
	const char *value;       /* what it is called in the help; NULL: none */
	const char *help;
};

#define FLAG(name_, type_, member, value_, help_) \
	{.name = name_, .type = type_, .at = offsetof(struct flags, member), .value = value_, .help = help_}

static const struct flag flags[] = {
	FLAG("kubeconfig", TEXT, kubeconfig, "FILE",
	    "the API server and who we are; else $KUBECONFIG, else the pod's\nservice account, else ~/.kube/config"),
	FLAG("context", TEXT, context, "NAME", "of the kubeconfig; its current one by default"),
	FLAG("namespace", TEXT, namespace_, "NAME", "watch this namespace only; all by default"),
	FLAG("redis-url", TEXT, redis_url, "URL",
	    "the journal: redis://[user:password@]host:port/db, unix://…,\nredis+sentinel://…; else "
	    "$STRAIT_REDIS_URL, else\nredis://127.0.0.1:6379"),
	FLAG("http-address", TEXT, http_address, "HOST:PORT",
	    "/metrics, /healthz, /readyz; 127.0.0.1:8080 by default, \"\" for none"),
	FLAG("lease-duration", DURATION, lease_ms, "TIME", "of the leader's Lease; 15s"),
	FLAG("lease-namespace", TEXT, lease_namespace, "NAME", "of the Lease; the pod's or context's own by default"),
	FLAG("lease-name", TEXT, lease_name, "NAME", "of the Lease; strait-controller"),
	FLAG("shards", COUNT, shards, "N",
	    "divide the fleet into so many, shared among replicas; the same for\nall. 1: one leads, the others stand by"),
	FLAG("no-leader-election", SWITCH, no_leader_election, NULL, "take no Lease: this is the only controller"),
	FLAG("identity", TEXT, identity, "NAME", "in the Lease and in Events; host name and a random number"),
	FLAG("stable-window", DURATION, stable_ms, "TIME", "up in all views for so long after each node; 30s"),
	FLAG("settle-time", DURATION, settle_ms, "TIME",
	    "no act of a former controller arrives later than this after its\ntime; 1s + the connect timeout + 1s"),
	FLAG("connect-timeout", DURATION, connect_ms, "TIME", "to nodes, hosts and the API server; 5s"),
	FLAG("rest-timeout", DURATION, rest_ms, "TIME", "of a question to a node; 10s"),
	FLAG("max-operations", COUNT, max_operations, "N",
	    "at work at once over all clusters, other replicas' by their status;\nothers stay Queued; 0: no limit"),
	FLAG("max-operations-per-zone", COUNT, max_operations_per_zone, "N",
	    "the same in zones of one name, over the clusters that this replica\n"
	    "leads: with --shards each has its own; 0: no limit"),
	FLAG("kubernetes-namespaces", TEXT, kubernetes_namespaces, "LIST",
	    "a,b: kubernetes-* tasks may reach objects there too, not only in\nthe operation's own namespace"),
	FLAG("kubernetes-cluster-scoped", SWITCH, kubernetes_cluster_scoped, NULL,
	    "they may reach objects without a namespace"),
	FLAG("log-level", TEXT, log_level, "LEVEL", "debug, info, warn or error; info"),
	FLAG("log-format", TEXT, log_format, "FORMAT", "logfmt or json; logfmt"),
	FLAG("runtime-dir", TEXT, runtime_dir, "DIR",
	    "where ssh keys lie while we run; $XDG_RUNTIME_DIR, /run/strait or\n/tmp: best on a tmpfs"),
	FLAG("record", TEXT, record, "FILE",
	    "write there whatever the controller is told, and what it decides,\nso that a bug can be replayed. It must not "
	    "exist yet. What it tells\nabout you stands in docs/operations.md"),
	FLAG("record-limit", COUNT, record_limit, "MIB", "the recording ends when it is so large; 256"),
	FLAG("version", SWITCH, version, NULL, "print the version and leave"),
	FLAG("help", SWITCH, help, NULL, "print this and leave"),
	/* From here on: for tests and measurements. */
	FLAG("crash-after-effects", COUNT, crash_after, "N",
	    "die as by SIGKILL right after the N-th request that writes to the\nAPI server or goes to Redis, a node or "
	    "a host"),
	FLAG("pause-before-act", COUNT, pause_before, "N",
	    "stop as by SIGSTOP right before the N-th request that may change a\nnode, until SIGCONT"),
	FLAG("bench-no-gate", SWITCH, bench_no_gate, NULL,
	    "UNSAFE: every act passes, whatever the cluster's state"),
};

static const char first_for_tests[] = "crash-after-effects";

static const struct flag *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (strlen(flags[i].name) == len && strncmp(flags[i].name, name, len) == 0)
			return &flags[i];
	}
	return NULL;
}

static int
set(struct flags *ret, const struct flag *flag, const char *value, struct err *err)
{
	char *at = (char *)ret + flag->at, *end;
	int64_t number;

	switch (flag->type) {
	case TEXT:
		memcpy(at, &value, sizeof value);
		return 0;
	case SWITCH:
		*(bool *)at = true;
		return 0;
	case DURATION:
		number = duration_parse(value);
		if (number < 0)
			return err_set(err, "--%s %s: expected a time, as 500ms, 15s or 30m", flag->name, value);
		break;
	default:
		errno = 0;
		number = strtoll(value, &end, 10);
		if (errno || *end || end == value || number < 0)
			return err_set(err, "--%s %s: expected a number", flag->name, value);
	}
	memcpy(at, &number, sizeof number);
	return 0;
}

static int
check(const struct flags *f, struct err *err)
{
	if (f->log_level && log_level_parse(f->log_level) < 0)
		return err_set(err, "--log-level %s: expected debug, info, warn or error", f->log_level);
	if (f->log_format && strcmp(f->log_format, "logfmt") != 0 && strcmp(f->log_format, "json") != 0)
		return err_set(err, "--log-format %s: expected logfmt or json", f->log_format);
	if (f->lease_ms < SECONDS(1))
		return err_set(err, "--lease-duration: expected 1s or more");
	if (f->shards < 1 || f->shards > COUNT_MAX_SHARDS)
		return err_set(err, "--shards: expected 1 to %d", COUNT_MAX_SHARDS);
	if (f->record_limit < 1 || f->record_limit > RECORD_MOST_MIB)
		return err_set(err, "--record-limit: expected 1 to %d, in MiB", RECORD_MOST_MIB);
	if (f->connect_ms < 100 || f->rest_ms < 100)
		return err_set(err, "--connect-timeout and --rest-timeout: expected 100ms or more");
	return 0;
}

/* The flag at argv[*i] and its value, if it has one, which may be the next word. */
static int
parse_one(int argc, char **argv, int *i, struct flags *ret, struct err *err)
{
	const char *name = argv[*i] + 2, *equals = strchr(argv[*i], '=');
	const char *value = equals ? equals + 1 : NULL;
	const struct flag *flag = NULL;

	if (strncmp(argv[*i], "--", 2) == 0)
		flag = find(name, equals ? (size_t)(equals - name) : strlen(name));
	if (!flag)
		return err_set(err, "\"%s\" is no flag; --help lists them", argv[*i]);
	if (flag->type == SWITCH)
		return value ? err_set(err, "--%s takes no value", flag->name) : set(ret, flag, NULL, err);
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value)
		return err_set(err, "--%s: expected %s after it", flag->name, flag->value);
	return set(ret, flag, value, err);
}

int
flags_parse(int argc, char **argv, struct flags *ret, struct err *err)
{
	struct flags f = {.http_address = "127.0.0.1:8080", .lease_name = "strait-controller", .shards = 1,
	    .lease_ms = SECONDS(15), .stable_ms = SECONDS(30), .settle_ms = -1, .connect_ms = SECONDS(5),
	    .rest_ms = SECONDS(10), .record_limit = 256};
	const char *url = getenv("STRAIT_REDIS_URL");

	for (int i = 1; i < argc; i++) {
		if (parse_one(argc, argv, &i, &f, err))
			return -1;
	}
	if (!f.redis_url)
		f.redis_url = url && *url ? url : "redis://127.0.0.1:6379";
	if (f.settle_ms < 0)
		f.settle_ms = SECONDS(1) + f.connect_ms + SECONDS(1);
	if (check(&f, err))
		return -1;
	*ret = f;
	return 0;
}

void
flags_help(const char *program)
{
	printf("usage: %s [flags]\n\nCarries out ClusterOperations on ScyllaDB clusters.\n\n", program);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		char *left CLEANUP_FREE = xasprintf("--%s %s", flags[i].name, flags[i].value ? flags[i].value : "");

		if (strcmp(flags[i].name, first_for_tests) == 0)
			printf("\nFor tests and measurements, never in service:\n");
		for (const char *line = flags[i].help; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
			printf("  %-28s%.*s\n", line == flags[i].help ? left : "", (int)strcspn(line, "\n"), line);
	}
	printf("\nTimes as 500ms, 15s, 30m. Exit status: 0 asked to stop and handed over, 1 error, 2 usage.\n");
}
