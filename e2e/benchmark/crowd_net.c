#include "crowd_net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

void
text_put(struct text *text, const char *data, size_t len)
{
	if (text->len + len + 1 > text->size) {
		text->size = 2 * (text->len + len + 1);
		text->data = realloc(text->data, text->size);
		if (!text->data)
			abort();
	}
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void
text_puts(struct text *text, const char *string)
{
	text_put(text, string, strlen(string));
}

void
text_printf(struct text *text, const char *format, ...)
{
	char line[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	text_puts(text, line);
}

void
text_cut(struct text *text, size_t len)
{
	memmove(text->data, text->data + len, text->len + 1 - len);
	text->len -= len;
}

static bool
read_more(struct exchange *ex)
{
	char chunk[16384];
	ssize_t len = read(ex->fd, chunk, sizeof chunk);

	if (len > 0)
		text_put(&ex->rest, chunk, (size_t)len);
	return len > 0;
}

/* The value of a header of the request's head, or "". */
static void
header(const char *head, const char *name, char *ret, size_t size)
{
	*ret = '\0';
	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, strlen(name)) == 0) {
			const char *value = line + 2 + strlen(name);

			value += strspn(value, " ");
			snprintf(ret, size, "%.*s", (int)strcspn(value, "\r"), value);
			return;
		}
	}
}

bool
receive(struct exchange *ex)
{
	char *end, length[20];
	size_t body;

	ex->body.len = 0;
	while (!ex->rest.data || !(end = strstr(ex->rest.data, "\r\n\r\n")))
		if (!read_more(ex))
			return false;
	end[2] = '\0';
	if (sscanf(ex->rest.data, "%15s %4095s", ex->method, ex->path) != 2)
		return false;
	header(ex->rest.data, "content-type:", ex->type, sizeof ex->type);
	header(ex->rest.data, "accept:", ex->accept, sizeof ex->accept);
	header(ex->rest.data, "content-length:", length, sizeof length);
	text_cut(&ex->rest, (size_t)(end + 4 - ex->rest.data));
	body = strtoul(length, NULL, 10);
	while (ex->rest.len < body)
		if (!read_more(ex))
			return false;
	text_put(&ex->body, ex->rest.data, body);
	text_cut(&ex->rest, body);
	return true;
}

void
exchange_done(struct exchange *ex)
{
	close(ex->fd);
	free(ex->body.data);
	free(ex->rest.data);
}

bool
has_hung_up(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
send_all(int fd, const char *data, size_t len)
{
	for (ssize_t n; len; data += n, len -= (size_t)n)
		if ((n = send(fd, data, len, MSG_NOSIGNAL)) <= 0)
			return;
}

void
send_head(int fd, int status, const char *type)
{
	struct text head = {0};

	text_printf(&head, "HTTP/1.1 %d x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", status, type);
	send_all(fd, head.data, head.len);
	free(head.data);
}

void
send_chunk(int fd, const char *data, size_t len)
{
	struct text chunk = {0};

	text_printf(&chunk, "%zx\r\n", len);
	text_put(&chunk, data, len);
	text_puts(&chunk, "\r\n");
	send_all(fd, chunk.data, chunk.len);
	free(chunk.data);
}

void
send_whole(int fd, int status, const char *type, const struct text *body)
{
	struct text answer = {0};

	text_printf(&answer, "HTTP/1.1 %d x\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status, type, body->len);
	text_put(&answer, body->data ? body->data : "", body->len);
	send_all(fd, answer.data, answer.len);
	free(answer.data);
}

_Noreturn void
accept_all(int port, void *(*serve)(void *fd))
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 64)) {
		perror("crowd: listen");
		exit(1);
	}
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
	}
}
