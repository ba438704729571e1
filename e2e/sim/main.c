/* scylla-sim: flags, wiring, exit status. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "alloc.h"
#include "flags.h"
#include "server.h"
/* The wall of this directory need not let the generated header through. */
#include "version.h"

enum { USAGE = 2 };

static void
stop(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

static int
make_cluster(struct server *server, const struct flags *flags, size_t index, uint32_t *next, struct err *err)
{
	struct cluster *cluster = &server->clusters[index];
	struct sim_config config = flags->config;
	char *name = xasprintf(flags->clusters > 1 ? "%s-%zu" : "%s", config.cluster_name, index + 1);
	char *address = xasprintf("%u.%u.%u.%u", *next >> 24, *next >> 16 & 255, *next >> 8 & 255, *next & 255);
	char *layout = config.layout ? xstrdup(config.layout) : sim_layout_of((unsigned)flags->nodes);

	config.cluster_name = name;
	config.first_address = address;
	config.layout = layout;
	config.seed += index;
	config.now = server_now(server);
	config.epoch = 0;
	cluster->server = server;
	cluster->sim = sim_new(&config, err);
	free(layout);
	free(address);
	free(name);
	if (!cluster->sim)
		return -1;
	*next += (uint32_t)sim_nodes(cluster->sim);
	for (size_t i = 0; i < sim_nodes(cluster->sim); i++)
		sim_slow(cluster->sim, i, flags->slow);
	return 0;
}

static int
make_clusters(struct server *server, const struct flags *flags, struct err *err)
{
	unsigned a, b, c, d = 1;
	uint32_t next;

	if (sscanf(flags->net, "%u.%u.%u.%u", &a, &b, &c, &d) < 3)
		return err_set(err, "--net %s: expected the first three numbers of an address, such as 127.0.1",
		    flags->net);
	next = a << 24 | b << 16 | c << 8 | d;
	server->nclusters = flags->clusters > 0 ? (size_t)flags->clusters : 1;
	server->clusters = xcalloc(server->nclusters, sizeof *server->clusters);
	for (size_t i = 0; i < server->nclusters; i++)
		if (make_cluster(server, flags, i, &next, err) < 0)
			return -1;
	server->next = next;
	return 0;
}

static int
run(struct server *server, const struct flags *flags, struct err *err)
{
	uv_signal_t term, interrupt;
	size_t nodes = 0;

	if (flags->audit && !(server->audit = fopen(flags->audit, "ae")))
		return err_set(err, "--audit %s: cannot be written", flags->audit);
	if (flags->log_requests && !(server->requests = fopen(flags->log_requests, "ae")))
		return err_set(err, "--log-requests %s: cannot be written", flags->log_requests);
	server->control = (struct door){.kind = DOOR_CONTROL, .server = server};
	if (make_clusters(server, flags, err) < 0 || server_open(server, err) < 0 ||
	    door_open(&server->control, "127.0.0.1", (int)flags->control_port, err) < 0)
		return -1;
	uv_signal_init(&server->loop, &term);
	uv_signal_init(&server->loop, &interrupt);
	uv_signal_start(&term, stop, SIGTERM);
	uv_signal_start(&interrupt, stop, SIGINT);
	for (size_t i = 0; i < server->nclusters; i++)
		nodes += sim_nodes(server->clusters[i].sim);
	printf("control http://127.0.0.1:%d\n", server_control_port(server));
	printf("ready: %zu nodes from %s on\n", nodes, sim_address(server->clusters[0].sim, 0));
	fflush(stdout);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&term, NULL);
	uv_close((uv_handle_t *)&interrupt, NULL);
	return 0;
}

static void
take_down(struct server *server)
{
	server_close(server);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	uv_loop_close(&server->loop);
	for (size_t i = 0; i < server->nclusters; i++) {
		sim_free(server->clusters[i].sim);
		for (size_t node = 0; node < server->clusters[i].nsites; node++)
			free(server->clusters[i].sites[node]);
		free(server->clusters[i].sites);
	}
	if (server->audit)
		fclose(server->audit);
	if (server->requests)
		fclose(server->requests);
	free(server->clusters);
	free(server->waiting);
	free(server->turns);
	free(server->unused);
}

/* A fleet is many sockets: as many as the system allows. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
serve(const struct flags *flags)
{
	struct server server = {.port = (int)flags->port, .metrics_port = (int)flags->metrics_port,
	    .ssh_port = (int)flags->ssh_port, .sshd = flags->sshd, .sshd_config = flags->sshd_config};
	struct timespec wall;
	struct err err;
	int rc;

	raise_limit();
	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_REALTIME, &wall);
	server.wall = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000 - (int64_t)(uv_hrtime() / 1000000);
	uv_loop_init(&server.loop);
	rc = run(&server, flags, &err);
	if (rc < 0)
		fprintf(stderr, "scylla-sim: %s\n", err.text);
	take_down(&server);
	return rc < 0;
}

int
main(int argc, char **argv)
{
	struct flags flags;
	struct err err;
	int status = 0;

	if (flags_parse(&flags, argc, argv, &err) < 0) {
		fprintf(stderr, "scylla-sim: %s\n", err.text);
		status = USAGE;
	} else if (flags.help) {
		flags_help();
	} else if (flags.version) {
		printf("scylla-sim %s\n", STRAIT_VERSION);
	} else if (flags.systemctl) {
		status = systemctl_main(flags.control ? flags.control : "");
	} else {
		status = serve(&flags);
	}
	flags_done(&flags);
	return status;
}
