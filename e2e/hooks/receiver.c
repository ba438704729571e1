/* A receiver of messages for scenarios: `receiver PORT DIRECTORY`. How it behaves stands in DIRECTORY/mood, read for each
 * request: fine, limit (429 with Retry-After: 1), fail (500), gone (404), hang (nothing is taken and nothing said), swallow
 * (taken, nothing said). What it takes it writes to DIRECTORY/taken, synced, before it answers: PATH, id, timestamp, signature,
 * body, separated by tabs, a line each. Under /once an id is taken once only, as a receiver with a memory does. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 256 << 10, VALUE = 300, MOOD = 16 };

struct request {
	char *data;
	size_t len;
	char method[8], path[VALUE], id[VALUE], stamp[VALUE], signature[VALUE];
	const char *body;
};

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void
header(const struct request *r, const char *name, char *ret)
{
	size_t len = strlen(name);

	*ret = '\0';
	for (const char *line = strstr(r->data, "\r\n"); line && line + 2 < r->body; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0)
			snprintf(ret, VALUE, "%.*s", (int)strcspn(line + 2 + len, "\r"), line + 2 + len);
}

/* The whole of it is in; 0: more is to come. */
static int
is_whole(struct request *r)
{
	const char *end = strstr(r->data, "\r\n\r\n");
	char length[VALUE];

	if (!end)
		return 0;
	r->body = end + 4;
	header(r, "content-length: ", length);
	return r->len >= (size_t)(r->body - r->data) + strtoul(length, NULL, 10);
}

static int
receive(int fd, struct request *r)
{
	ssize_t got;

	r->data = calloc(1, REQUEST_MAX + 1);
	while (r->len < REQUEST_MAX && (got = read(fd, r->data + r->len, REQUEST_MAX - r->len)) > 0) {
		r->len += (size_t)got;
		if (!is_whole(r))
			continue;
		header(r, "x-strait-id: ", r->id);
		header(r, "x-strait-timestamp: ", r->stamp);
		header(r, "x-strait-signature: ", r->signature);
		return sscanf(r->data, "%7s %299s", r->method, r->path) == 2;
	}
	return 0;
}

static void
read_mood(char *ret)
{
	FILE *file = fopen("mood", "r");

	if (!file || !fgets(ret, MOOD, file))
		snprintf(ret, MOOD, "fine");
	ret[strcspn(ret, "\n")] = '\0';
	if (file)
		fclose(file);
}

static int
was_taken(const struct request *r)
{
	FILE *file = fopen("taken", "r");
	char *line = NULL, wanted[2 * VALUE + 4];
	size_t size = 0;
	int found = 0;

	snprintf(wanted, sizeof wanted, "%s\t%s\t", r->path, r->id);
	while (file && !found && getline(&line, &size, file) > 0)
		found = strncmp(line, wanted, strlen(wanted)) == 0;
	free(line);
	if (file)
		fclose(file);
	return found;
}

static void
take(const struct request *r)
{
	int fd = open("taken", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (strncmp(r->path, "/once", 5) != 0 || !was_taken(r))
		dprintf(fd, "%s\t%s\t%s\t%s\t%s\n", r->path, r->id, r->stamp, r->signature, r->body);
	fsync(fd);
	close(fd);
}

static void
answer(int fd, int status, const char *more)
{
	dprintf(fd, "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n%s\r\n{}",
	    status, more);
}

static void
wait_for_the_end(int fd)
{
	char bytes[64];

	while (read(fd, bytes, sizeof bytes) > 0)
		;
}

static void *
serve(void *at)
{
	int fd = (int)(intptr_t)at;
	struct request r = {0};
	char mood[MOOD];

	if (receive(fd, &r)) {
		int post = strcmp(r.method, "GET") != 0;

		pthread_mutex_lock(&one_at_a_time);
		read_mood(mood);
		printf("%s %s %s %s\n", mood, r.method, r.path, r.id);
		fflush(stdout);
		if (post && (!strcmp(mood, "fine") || !strcmp(mood, "swallow")))
			take(&r);
		pthread_mutex_unlock(&one_at_a_time);
		if (!strcmp(mood, "limit"))
			answer(fd, 429, "Retry-After: 1\r\n");
		else if (!strcmp(mood, "fail"))
			answer(fd, 500, "");
		else if (!strcmp(mood, "gone"))
			answer(fd, 404, "");
		else if (!strcmp(mood, "fine") || !(post || !strcmp(mood, "hang")))
			answer(fd, 200, "");
		else
			wait_for_the_end(fd);
	}
	free(r.data);
	close(fd);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (argc != 3 || chdir(argv[2]) != 0) {
		fprintf(stderr, "usage: receiver PORT DIRECTORY\n");
		return 2;
	}
	at.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 64)) {
		perror("receiver: listen");
		return 1;
	}
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		pthread_t thread;

		if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
	}
}
