/* The command line of strait-controller. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* Times in milliseconds; texts are borrowed from argv or the environment. NULL: not given. */
struct flags {
	const char *kubeconfig, *context, *namespace_;
	const char *redis_url;
	const char *http_address;        /* "": no listener */
	const char *lease_namespace, *lease_name, *identity;
	const char *log_level, *log_format, *runtime_dir;
	int64_t lease_ms, stable_ms, settle_ms, connect_ms, rest_ms;
	int64_t shards;
	const char *record;
	int64_t record_limit;            /* MiB */
	int64_t crash_after, pause_before;
	int64_t max_operations, max_operations_per_zone;
	const char *kubernetes_namespaces;
	bool kubernetes_cluster_scoped;
	bool no_leader_election, bench_no_gate, version, help;
};

/* 0, or -1 and 'err' naming the flag and what was expected. */
int flags_parse(int argc, char **argv, struct flags *ret, struct err *err);
void flags_help(const char *program);
