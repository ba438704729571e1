#include "child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FAILED = 1, NOT_FOUND = 127 };

static int
become(char **argv)
{
	const char *parent = getenv("STRAIT_PARENT");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have ended before it was asked for. */
	if (parent && strtol(parent, NULL, 10) != (long)getppid())
		return FAILED;
	unsetenv("STRAIT_PARENT");
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	return NOT_FOUND;
}

/* The socket's address; 0 when 'address' is not numeric. */
static socklen_t
parse(const char *address, int port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof *v4;
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return sizeof *v6;
}

/* 0, or an errno. */
static int
dial(int fd, const struct sockaddr_storage *address, socklen_t len, int ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int why = 0;

	if (connect(fd, (const struct sockaddr *)address, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (poll(&ready, 1, ms) != 1)
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size);
	return why;
}

int
child_pass_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} ancillary = {0};
	struct iovec byte = {.iov_base = (char[]){""}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &ancillary,
	    .msg_controllen = sizeof ancillary.room};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int
connect_for_ssh(const char *address, int port, int ms)
{
	struct sockaddr_storage to = {0};
	socklen_t len = parse(address, port, &to);
	unsigned stall = (unsigned)ms;
	int fd = len ? socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1, why = EINVAL, one = 1;

	if (fd >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall, sizeof stall);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		why = dial(fd, &to, len, ms);
	}
	if (why) {
		fprintf(stderr, "connect to %s port %d: %s\n", address, port, strerror(why));
		return FAILED;
	}
	return child_pass_fd(STDOUT_FILENO, fd) == 0 ? 0 : FAILED;
}

int
child_main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], CHILD_EXEC) == 0)
		return become(argv + 2);
	if (argc != 5 || strcmp(argv[1], CHILD_CONNECT) != 0)
		return -1;
	prctl(PR_SET_PDEATHSIG, SIGKILL);        /* the parent is ssh */
	return connect_for_ssh(argv[2], (int)strtol(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
}
