/* scylla-sim's command line. */
#pragma once

#include "model.h"

struct flags {
	struct sim_config config;
	struct sim_keyspace *keyspaces;
	size_t nkeyspaces;
	const char *net, *audit, *log_requests, *control, *sshd, *sshd_config;
	int64_t nodes, clusters, slow, port, metrics_port, control_port, ssh_port;
	bool no_system, systemctl, help, version;
};

/* -1: wrong, 'err' says what. */
int flags_parse(struct flags *flags, int argc, char **argv, struct err *err);
void flags_done(struct flags *flags);
void flags_help(void);
