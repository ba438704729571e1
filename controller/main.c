/* strait-controller: makes everything, runs it, takes it down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "alloc.h"
#include "child.h"
#include "core.h"
#include "flags.h"
#include "object.h"
#include "parts.h"
#include "recorder.h"
#include "registry.h"
#include "version.h"

enum { ACT_TTL_MS = 1000, FACT_AGE_MS = 2000, USAGE = 2 };

static int
make_core(struct controller *c, struct err *err)
{
	const struct flags *f = &c->flags;
	const char *own = c->kubeconfig.namespace_ ? c->kubeconfig.namespace_ : "default";

	const struct core_config config = {
	    .namespace_ = f->namespace_,
	    .identity = c->identity,
	    .lease_namespace = f->no_leader_election ? NULL : f->lease_namespace ? f->lease_namespace : own,
	    .lease_name = f->lease_name,
	    .lease_ms = f->lease_ms,
	    .shards = (size_t)f->shards,
	    .act_ttl_ms = ACT_TTL_MS,
	    .settle_ms = f->settle_ms,
	    .stable_ms = f->stable_ms,
	    .max_operations = f->max_operations,
	    .max_operations_per_zone = f->max_operations_per_zone,
	    .kubernetes_namespaces = f->kubernetes_namespaces,
	    .kubernetes_cluster_scoped = f->kubernetes_cluster_scoped,
	    .fact_age_ms = FACT_AGE_MS,
	    .rest_timeout_ms = f->rest_ms,
	    .connect_timeout_ms = f->connect_ms,
	    .gate = !f->bench_no_gate,
	    .seed = c->seed,
	    .types = registry,
	    .workflows = builtin_workflows,
	    .crd_version = CRD_SCHEMA_VERSION,
	};

	if (f->record)
		c->shell.recorder = recorder_open(f->record, f->record_limit << 20, &config, STRAIT_VERSION,
		    &c->shell.log, err);
	if (f->record && !c->shell.recorder)
		return -1;
	c->shell.core = core_new(&config);
	return 0;
}

static int
run(struct controller *c, struct err *err)
{
	const struct flags *f = &c->flags;
	struct shell *shell = &c->shell;
	char host[128] = "unknown";
	int status = 1;

	shell->loop = &c->loop;
	shell->crash_after = f->crash_after;
	shell->pause_before = f->pause_before;
	shell->log = (struct log){.level = LOG_LEVEL_INFO, .fd = STDERR_FILENO,
	    .json = f->log_format && strcmp(f->log_format, "json") == 0};
	if (f->log_level)
		shell->log.level = (enum log_level)log_level_parse(f->log_level);
	gethostname(host, sizeof host - 1);
	if (getrandom(&c->seed, sizeof c->seed, 0) != sizeof c->seed)
		return err_set(err, "no random numbers: getrandom() failed");
	c->identity = f->identity ? xstrdup(f->identity) : xasprintf("%s_%016llx", host, (unsigned long long)c->seed);
	if (loop_init(&c->loop, err))
		return -1;
	if (kubeconfig_find(f->kubeconfig, f->context, &c->kubeconfig, err) == 0 && parts_make(c, err) == 0 &&
	    make_core(c, err) == 0) {
		log_say(&shell->log, LOG_LEVEL_INFO, "strait-controller %s begins, as %s, at %s", STRAIT_VERSION,
		    c->identity, c->kubeconfig.server);
		status = shell_run(shell);
	} else {
		status = -1;
	}
	parts_take_down(c);
	return status;
}

int
main(int argc, char **argv)
{
	struct controller c = {0};
	struct err err;
	int status;

	status = child_main(argc, argv);
	if (status >= 0)
		return status;
	if (flags_parse(argc, argv, &c.flags, &err)) {
		fprintf(stderr, "strait-controller: %s\n", err.text);
		return USAGE;
	}
	if (c.flags.help)
		flags_help("strait-controller");
	if (c.flags.version)
		printf("strait-controller %s\n", STRAIT_VERSION);
	if (c.flags.help || c.flags.version)
		return 0;
	status = run(&c, &err);
	if (status < 0)
		fprintf(stderr, "strait-controller: %s\n", err.text);
	return status < 0 ? 1 : status;
}
