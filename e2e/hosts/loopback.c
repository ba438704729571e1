/* All simulated hosts share one machine, so one loopback: this gives each its own. Preloaded into a host's sshd, which inetd's
 * way has its connection as standard input: what it connects to 127.0.0.1:10000 goes to the address that was dialled, and
 * the port STRAIT_API_PORT, where that host's Scylla listens in truth. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { API_PORT = 10000 };

typedef int connect_fn(int fd, const struct sockaddr *address, socklen_t len);

static struct in_addr host;

__attribute__((constructor)) static void
note_host(void)
{
	struct sockaddr_in dialled = {0};
	socklen_t len = sizeof dialled;

	if (getsockname(STDIN_FILENO, (struct sockaddr *)&dialled, &len) == 0 && dialled.sin_family == AF_INET)
		host = dialled.sin_addr;
}

int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
	connect_fn *next = (connect_fn *)dlsym(RTLD_NEXT, "connect");
	const char *port = getenv("STRAIT_API_PORT");
	struct sockaddr_in to;

	if (address->sa_family != AF_INET || !port || !host.s_addr)
		return next(fd, address, len);
	to = *(const struct sockaddr_in *)address;
	if (to.sin_addr.s_addr != htonl(INADDR_LOOPBACK) || ntohs(to.sin_port) != API_PORT)
		return next(fd, address, len);
	to.sin_addr = host;
	to.sin_port = htons((in_port_t)strtol(port, NULL, 10));
	return next(fd, (const struct sockaddr *)&to, sizeof to);
}
