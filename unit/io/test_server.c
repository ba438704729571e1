#include "server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "counts.h"
#include "http.h"
#include "kit.h"

struct fixture {
	struct loop loop;
	struct server *server;
	struct http *http;
	char address[64];
};

static int
page(void *user, const char *path, struct buf *out, const char **type)
{
	struct fixture *f = user;

	(void)f;
	if (strcmp(path, "/large") == 0) {
		for (int i = 0; i < 10000; i++)
			buf_printf(out, "line %05d\n", i);
		return 200;
	}
	if (strcmp(path, "/metrics") == 0) {
		*type = "text/plain; version=0.0.4";
		buf_puts(out, "up 1\n");
		return 200;
	}
	buf_puts(out, "not ok\n");
	return strcmp(path, "/readyz") == 0 ? 503 : 404;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	struct err err = {0};

	kit_loop(&f->loop);
	snprintf(f->address, sizeof f->address, "127.0.0.1:%d", kit_port());
	f->server = server_new(&f->loop, f->address, page, f, &err);
	if (!f->server)
		CHECK_FAIL("%s", err.text);
	f->http = http_new(&f->loop, &(struct http_config){.user_agent = "t", .connect_ms = 1000, .stall_ms = 5000,
	    .max_body = 1 << 20});
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	http_free(f->http);
	server_close(f->server);
	CHECK_INT(loop_drain(&f->loop), 0);
	server_free(f->server);
	kit_loop_done(&f->loop);
	free(f);
	return 0;
}

static void
ask(struct fixture *f, const char *method, const char *path, struct kit_answer *a)
{
	char *url = xasprintf("http://%s%s", f->address, path);

	*a = (struct kit_answer){0};
	http_start(f->http, &(struct http_ask){.method = method, .url = url, .deadline_ms = 3000, .done = kit_done, .user = a});
	CHECK(kit_until(&f->loop, &a->count, 1, 5000));
	CHECK_INT(a->outcome, IO_ANSWERED);
	free(url);
}

static void
pages_are_served(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	for (int i = 0; i < 3; i++) {
		ask(f, "GET", "/metrics", &a);
		CHECK_INT(a.status, 200);
		CHECK_TEXT(a.body, "up 1\n");
		kit_free(&a);
	}
	ask(f, "GET", "/large", &a);
	CHECK_INT(strlen(a.body), 110000);
	CHECK_CONTAINS(a.body, "line 00000\n");
	CHECK_CONTAINS(a.body, "line 09999\n");
	kit_free(&a);
	ask(f, "GET", "/readyz", &a);
	CHECK_INT(a.status, 503);
	kit_free(&a);
	ask(f, "GET", "/other", &a);
	CHECK_INT(a.status, 404);
	kit_free(&a);
}

static void
nothing_but_reading_is_allowed(void **state)
{
	static const char *const methods[] = {"POST", "DELETE", "PUT"};
	struct fixture *f = *state;
	struct kit_answer a;

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		ask(f, methods[i], "/metrics", &a);
		CHECK_INT(a.status, 405);
		kit_free(&a);
	}
}

static void
a_taken_address_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct loop loop;
	struct err err = {0};

	kit_loop(&loop);
	CHECK(server_new(&loop, f->address, page, f, &err) == NULL);
	CHECK_CONTAINS(err.text, f->address);
	CHECK_CONTAINS(err.text, "taken");
	CHECK(server_new(&loop, "8080", page, f, &err) == NULL);
	CHECK_CONTAINS(err.text, "expected host:port");
	kit_loop_done(&loop);
}

/* A connection that says nothing; its address is "127.0.0.1:PORT". */
static int
connect_to(const char *address)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)strtol(strchr(address, ':') + 1, NULL, 10))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

/* They cost nobody else anything but time, and are no reason to fall. */
static void
connections_beyond_the_most_wait(void **state)
{
	struct fixture *f = *state;
	int idle[COUNT_MAX_HTTP_CONNECTIONS + 16];
	struct kit_answer a = {0};
	CLEANUP_FREE char *url = xasprintf("http://%s/metrics", f->address);

	for (size_t i = 0; i < ARRAY_LEN(idle); i++)
		idle[i] = connect_to(f->address);
	kit_until(&f->loop, &a.count, 1, 200);
	http_start(f->http, &(struct http_ask){.method = "GET", .url = url, .deadline_ms = 5000, .done = kit_done, .user = &a});
	CHECK(!kit_until(&f->loop, &a.count, 1, 300));
	for (size_t i = 0; i < ARRAY_LEN(idle); i++)
		close(idle[i]);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 200);
	kit_free(&a);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(pages_are_served),
		CASE(nothing_but_reading_is_allowed),
		CASE(connections_beyond_the_most_wait),
		CASE(a_taken_address_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
