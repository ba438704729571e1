/* sshd's forced command: what was asked for goes to the control port, for the node whose address was dialled. It starts
 * for each command, so it is small. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "server.h"

enum { ANSWER_MAX = 1 << 20, FAILED = 255 };

static int
fail(const char *what)
{
	fprintf(stderr, "scylla-sim --systemctl: %s\n", what);
	return FAILED;
}

/* "http://127.0.0.1:1234" or "1234". */
static int
dial(const char *control)
{
	const char *colon = strrchr(control, ':');
	long port = strtol(colon ? colon + 1 : control, NULL, 10);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) < 0)
		return -1;
	return fd;
}

static bool
say(int fd, const struct buf *text)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t len = write(fd, text->data + done, text->len - done);

		if (len <= 0)
			return false;
		done += (size_t)len;
	}
	return true;
}

static void
hear(int fd, struct buf *ret)
{
	char chunk[4096];
	ssize_t len;

	while ((len = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(ret, chunk, (size_t)len);
}

static int
print(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");
	int status, head = 0;
	size_t output;

	if (!body || sscanf(body + 4, "EXIT %d %zu\n%n", &status, &output, &head) != 2 || !head ||
	    strlen(body + 4 + head) < output)
		return fail("the control port does not know this node");
	body += 4 + head;
	fwrite(body, 1, output, stdout);
	fputs(body + output, stderr);
	return status;
}

int
systemctl_main(const char *control)
{
	const char *connection = getenv("SSH_CONNECTION"), *command = getenv("SSH_ORIGINAL_COMMAND");
	struct buf request = BUF_INIT(BUF_MAX_OBJECT), answer = BUF_INIT(ANSWER_MAX);
	char address[64];
	int fd, status;

	if (!connection || sscanf(connection, "%*s %*s %63s", address) != 1)
		return fail("no SSH_CONNECTION: sshd starts this, as a forced command");
	if (!command)
		return fail("commands only, no shell");
	if ((fd = dial(control)) < 0)
		return fail("the simulator is not there");
	buf_printf(&request, "POST /command?address=%s HTTP/1.1\r\n"
	    "Connection: close\r\nContent-Length: %zu\r\n\r\n%s", address, strlen(command), command);
	if (say(fd, &request))
		hear(fd, &answer);
	close(fd);
	status = print(buf_str(&answer));
	buf_done(&request);
	buf_done(&answer);
	return status;
}
