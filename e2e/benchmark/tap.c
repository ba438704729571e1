/* For e2e/bench: stands between the controller and Redis and notes how long each journal write takes there, from its
 * bytes' arrival here to the reply's, fsync and all: a line of microseconds for each.
 *
 *	tap PORT REDIS-PORT >FILE
 *
 * Only writes that are alone on their way are noted; the benchmark sees to it that most are. One connection at a time. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 256 << 10, USAGE = 2 };

/* What the WRITE script of the journal replies; no other command's reply begins so. */
static const char written[] = "*2\r\n$2\r\nOK\r\n:";

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int
tcp(int port, bool server)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (server ? bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4) :
	    connect(fd, (struct sockaddr *)&at, sizeof at))
		die(server ? "tap: listen" : "tap: connect");
	return fd;
}

/* Pass on what has come; its length, 0 at the end. */
static ssize_t
pass(int from, int to, char *chunk)
{
	ssize_t len = read(from, chunk, CHUNK);

	for (ssize_t done = 0, n; done < len; done += n)
		if ((n = write(to, chunk + done, (size_t)(len - done))) <= 0)
			return 0;
	return len > 0 ? len : 0;
}

static void
serve(int client, int redis)
{
	static char chunk[CHUNK];
	int64_t asked = 0;
	bool alone = false;

	for (;;) {
		struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = redis, .events = POLLIN}};
		ssize_t len;

		if (poll(fds, 2, -1) < 0)
			return;
		if (fds[1].revents) {
			int64_t now = now_us();

			if ((len = pass(redis, client, chunk)) == 0)
				return;
			if (alone && len < 64 && strncmp(chunk, written, sizeof written - 1) == 0)
				printf("%" PRId64 "\n", now - asked);
			fflush(stdout);
			asked = 0;
		}
		if (fds[0].revents) {
			int64_t now = now_us();

			if ((len = pass(client, redis, chunk)) == 0)
				return;
			alone = asked == 0;
			asked = now;
		}
	}
}

int
main(int argc, char **argv)
{
	int listener, one = 1;

	if (argc != 3) {
		fputs("usage: tap PORT REDIS-PORT\n", stderr);
		return USAGE;
	}
	listener = tcp((int)strtol(argv[1], NULL, 10), true);
	for (;;) {
		int client = accept(listener, NULL, NULL), redis;

		if (client < 0)
			die("tap: accept");
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		redis = tcp((int)strtol(argv[2], NULL, 10), false);
		serve(client, redis);
		close(client);
		close(redis);
	}
}
