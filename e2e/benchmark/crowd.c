/* For e2e/bench: an API server with a crowd. It stands between the controller and the real one and passes everything on,
 * but puts operations that have ended beside the real ones: into the list of ClusterOperations, page by page, and into its
 * watch, so many updates a second. The real API server, whose speed is not what is measured, knows nothing of them.
 *
 *	crowd PORT URL CA-FILE TOKEN TEMPLATE <commands
 *
 * TEMPLATE holds one such object on a line, @N@ where its number belongs and @V@ where its version does. Commands, each
 * answered by a line: "count N" are there from the next list on; "rate N" updates a second; "expire" ends the watch with
 * 410, as if the API server had compacted, and the next list is whole again; "listed" says how many lists were read to
 * their end; "sent" how many updates. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "crowd_net.h"

enum { TICK_US = 5000, USAGE = 2 };

/* The open watch of the ClusterOperations, and all that the threads share. */
static struct {
	pthread_mutex_t lock;
	const char *url, *ca, *token;
	char *template;
	size_t count, rate, next;
	size_t lists, sent;
	uint64_t version;        /* the highest that the real API server has told */
	int watch;               /* -1: none */
} crowd = {.lock = PTHREAD_MUTEX_INITIALIZER, .watch = -1};

/* One request on its way to the real API server. */
struct passage {
	struct exchange *exchange;
	struct text body;        /* all of it; of a watch the line that is not whole yet */
	bool watch, operations;
};

static void
put_object(struct text *out, size_t number)
{
	for (const char *p = crowd.template; *p; p++) {
		if (strncmp(p, "@N@", 3) == 0)
			text_printf(out, "%zu", number), p += 2;
		else if (strncmp(p, "@V@", 3) == 0)
			text_printf(out, "%llu", (unsigned long long)crowd.version), p += 2;
		else
			text_put(out, p, 1);
	}
}

/* What the real API server says is the crowd's version too: a watch may begin there. */
static void
note_version(const char *text)
{
	static const char key[] = "\"resourceVersion\":\"";

	for (const char *at = text; (at = strstr(at, key)) != NULL;) {
		uint64_t version = strtoull(at += sizeof key - 1, NULL, 10);

		if (version > crowd.version)
			crowd.version = version;
	}
}

static void *
update(void *arg)
{
	double owed = 0;

	(void)arg;
	for (;;) {
		struct text lines = {0};

		usleep(TICK_US);
		pthread_mutex_lock(&crowd.lock);
		owed = crowd.watch < 0 || !crowd.count ? 0 : owed + (double)crowd.rate * TICK_US / 1e6;
		for (; owed >= 1; owed--, crowd.sent++) {
			text_puts(&lines, "{\"type\":\"MODIFIED\",\"object\":");
			put_object(&lines, crowd.next++ % crowd.count);
			text_puts(&lines, "}\n");
		}
		if (lines.len)
			send_chunk(crowd.watch, lines.data, lines.len);
		pthread_mutex_unlock(&crowd.lock);
		free(lines.data);
	}
	return NULL;
}

static size_t
received(char *data, size_t size, size_t count, void *user)
{
	struct passage *passage = user;
	struct text *body = &passage->body;
	char *end;

	text_put(body, data, size * count);
	if (!passage->watch || !(end = memrchr(body->data, '\n', body->len)))
		return size * count;
	pthread_mutex_lock(&crowd.lock);
	if (passage->operations)
		note_version(body->data);
	send_chunk(passage->exchange->fd, body->data, (size_t)(end + 1 - body->data));
	pthread_mutex_unlock(&crowd.lock);
	text_cut(body, (size_t)(end + 1 - body->data));
	return size * count;
}

/* Of a watch: whether the controller is still there. */
static int
progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct passage *passage = user;

	(void)a, (void)b, (void)c, (void)d;
	return passage->watch && has_hung_up(passage->exchange->fd);
}

static CURLcode
ask(CURL *curl, struct passage *passage)
{
	struct exchange *ex = passage->exchange;
	struct curl_slist *headers = NULL;
	char line[4096];
	CURLcode rc;

	curl_easy_reset(curl);
	snprintf(line, sizeof line, "%s%s", crowd.url, ex->path);
	curl_easy_setopt(curl, CURLOPT_URL, line);
	snprintf(line, sizeof line, "Authorization: Bearer %s", crowd.token);
	headers = curl_slist_append(headers, line);
	headers = curl_slist_append(headers, "Expect:");
	snprintf(line, sizeof line, "Content-Type: %s", ex->type);
	headers = curl_slist_append(headers, line);
	snprintf(line, sizeof line, "Accept: %s", ex->accept);
	headers = curl_slist_append(headers, line);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CAINFO, crowd.ca);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, received);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, passage);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, passage);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ex->method);
	if (ex->body.len || strcmp(ex->method, "GET") != 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)ex->body.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ex->body.data ? ex->body.data : "");
	}
	rc = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	return rc;
}

/* The crowd's own page: from 'first' on. */
static void
page(struct exchange *ex, size_t first, size_t limit)
{
	struct text body = {0};

	pthread_mutex_lock(&crowd.lock);
	text_puts(&body, "{\"apiVersion\":\"strait.dev/v1alpha1\",\"kind\":\"ClusterOperationList\",\"items\":[");
	for (size_t i = first; i < first + limit && i < crowd.count; i++) {
		text_puts(&body, i == first ? "" : ",");
		put_object(&body, i);
	}
	text_printf(&body, "],\"metadata\":{\"resourceVersion\":\"%llu\"", (unsigned long long)crowd.version);
	if (first + limit < crowd.count)
		text_printf(&body, ",\"continue\":\"crowd-%zu\"", first + limit);
	else
		crowd.lists++;
	text_puts(&body, "}}");
	pthread_mutex_unlock(&crowd.lock);
	send_whole(ex->fd, 200, "application/json", &body);
	free(body.data);
}

/* After the real list's last page comes the crowd's first. */
static void
extend_list(struct text *body)
{
	static const char last[] = "\"metadata\":{";
	struct text longer = {0};
	char *at = NULL;

	for (char *next = body->data; next && (next = strstr(next, last)) != NULL; next += sizeof last - 1)
		at = next + sizeof last - 1;
	pthread_mutex_lock(&crowd.lock);
	note_version(body->data ? body->data : "");
	if (!at || (strncmp(at, "\"continue\":\"", 12) == 0 && at[12] != '"') || !crowd.count) {
		crowd.lists += at && !crowd.count;
	} else {
		text_put(&longer, body->data, (size_t)(at - body->data));
		text_puts(&longer, "\"continue\":\"crowd-0\",");
		text_puts(&longer, strncmp(at, "\"continue\":\"\",", 14) == 0 ? at + 14 : at);
		free(body->data);
		*body = longer;
	}
	pthread_mutex_unlock(&crowd.lock);
}

static void
pass_watch(CURL *curl, struct passage *passage)
{
	send_head(passage->exchange->fd, 200, "application/json");
	pthread_mutex_lock(&crowd.lock);
	if (passage->operations)
		crowd.watch = passage->exchange->fd;
	pthread_mutex_unlock(&crowd.lock);
	ask(curl, passage);
	pthread_mutex_lock(&crowd.lock);
	if (crowd.watch == passage->exchange->fd)
		crowd.watch = -1;
	pthread_mutex_unlock(&crowd.lock);
	passage->exchange->close = true;
}

static void
pass(CURL *curl, struct exchange *ex)
{
	const char *more = strstr(ex->path, "continue=crowd-"), *limit = strstr(ex->path, "limit=");
	struct passage passage = {.exchange = ex, .watch = strstr(ex->path, "watch=1") != NULL,
	    .operations = strcmp(ex->method, "GET") == 0 && strstr(ex->path, "/clusteroperations?") != NULL};
	long status = 502;
	char *type = NULL;

	if (more && limit) {
		page(ex, strtoul(more + 15, NULL, 10), strtoul(limit + 6, NULL, 10));
	} else if (passage.watch) {
		pass_watch(curl, &passage);
	} else {
		ask(curl, &passage);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
		if (passage.operations && status == 200)
			extend_list(&passage.body);
		send_whole(ex->fd, (int)status, type ? type : "text/plain", &passage.body);
	}
	free(passage.body.data);
}

static void *
serve(void *arg)
{
	struct exchange ex = {.fd = (int)(intptr_t)arg};
	CURL *curl = curl_easy_init();

	while (!ex.close && receive(&ex))
		pass(curl, &ex);
	curl_easy_cleanup(curl);
	exchange_done(&ex);
	return NULL;
}

static void
command(const char *line)
{
	static const char gone[] = "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":410,"
	    "\"reason\":\"Expired\",\"message\":\"too old resource version\"}}\n";
	size_t answer = 0;

	pthread_mutex_lock(&crowd.lock);
	if (sscanf(line, "count %zu", &answer) == 1) {
		crowd.count = answer;
	} else if (sscanf(line, "rate %zu", &answer) == 1) {
		crowd.rate = answer;
	} else if (strcmp(line, "listed\n") == 0) {
		answer = crowd.lists;
	} else if (strcmp(line, "sent\n") == 0) {
		answer = crowd.sent;
	} else if (strcmp(line, "expire\n") == 0 && crowd.watch >= 0) {
		send_chunk(crowd.watch, gone, sizeof gone - 1);
		crowd.watch = -1;
	}
	pthread_mutex_unlock(&crowd.lock);
	printf("%zu\n", answer);
	fflush(stdout);
}

static void *
commands(void *arg)
{
	char line[100];

	(void)arg;
	while (fgets(line, sizeof line, stdin))
		command(line);
	exit(0);
}

int
main(int argc, char **argv)
{
	pthread_t thread;
	FILE *file;
	size_t size = 0;

	if (argc != 6) {
		fputs("usage: crowd PORT URL CA-FILE TOKEN TEMPLATE <commands\n", stderr);
		return USAGE;
	}
	crowd.url = argv[2], crowd.ca = argv[3], crowd.token = argv[4];
	file = fopen(argv[5], "r");
	if (!file || getline(&crowd.template, &size, file) <= 0) {
		perror(argv[5]);
		return 1;
	}
	fclose(file);
	crowd.template[strcspn(crowd.template, "\n")] = '\0';
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pthread_create(&thread, NULL, commands, NULL);
	pthread_create(&thread, NULL, update, NULL);
	accept_all((int)strtol(argv[1], NULL, 10), serve);
}
