/* The log of requests, for measurements: a line for each, when it has been answered, with times in microseconds of the
 * wall clock. It is written out when it fills a buffer, and whenever something is asked of the control port. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "server.h"

static int64_t
wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
request_arrived(struct conn *conn)
{
	if (!conn->door->server->requests)
		return;
	if (conn->door->kind == DOOR_CONTROL)
		fflush(conn->door->server->requests);
	conn->arrived = wall_us();
}

void
request_answered(struct conn *conn, int status)
{
	const struct door *door = conn->door;

	if (!door->server->requests || door->kind != DOOR_NODE)
		return;
	fprintf(door->server->requests, "at=%" PRId64 " answered=%" PRId64 " cluster=%s node=%s status=%d %s %s\n",
	    conn->arrived, wall_us(), sim_cluster_name(door->cluster->sim), sim_name(door->cluster->sim, door->node), status,
	    conn->request.method, conn->request.path);
}
