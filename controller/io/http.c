#include "http_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "loop.h"

enum {
	SPARE_MAX = 256,         /* easy handles kept for reuse, a few kB each */
};

struct http *
http_new(struct loop *loop, const struct http_config *config)
{
	struct http *http = xcalloc(1, sizeof *http);

	http->loop = loop;
	http->config = *config;
	http->config.user_agent = http->user_agent = xstrdup(config->user_agent);
	http->tls_generation = 1;
	/* Neither a form, nor a pause to ask whether the body is welcome. */
	http->headers = curl_slist_append(curl_slist_append(NULL, "Content-Type:"), "Expect:");
	http->multi = curl_multi_init();
	if (!http->multi || !http->headers)
		abort();
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 4L * HTTP_KEPT);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, config->host_connections);
	http_glue_init(http);
	return http;
}

static void
request_free(struct http_request *r)
{
	curl_slist_free_all(r->headers);
	curl_easy_cleanup(r->easy);
	buf_done(&r->body);
	free(r);
}

static void
set_tls(struct http *http, const struct http_tls *tls)
{
	free(http->ca);
	free(http->cert);
	free(http->key);
	free(http->proxy);
	curl_slist_free_all(http->connect_to);
	http->proxy = xstrdup_or_null(tls->proxy);
	http->ca = xstrdup_or_null(tls->ca);
	http->cert = xstrdup_or_null(tls->cert);
	http->key = xstrdup_or_null(tls->key);
	http->insecure = tls->insecure;
	http->connect_to = tls->connect_to ? curl_slist_append(NULL, tls->connect_to) : NULL;
}

static void
free_http(uv_handle_t *timer)
{
	free(timer->data);
}

struct http *
http_free(struct http *http)
{
	struct http_request *r;

	if (!http)
		return NULL;
	while ((r = http->active))
		http_cancel(r);
	while ((r = http->spare)) {
		http->spare = r->next;
		request_free(r);
	}
	curl_multi_cleanup(http->multi);
	http_glue_done(http);
	curl_slist_free_all(http->headers);
	set_tls(http, &(struct http_tls){0});
	free(http->user_agent);
	uv_close((uv_handle_t *)&http->timer, free_http);
	return NULL;
}

void
http_set_tls(struct http *http, const struct http_tls *tls)
{
	set_tls(http, tls);
	http->tls_generation++;
}

static struct http_request *
request_new(struct http *http)
{
	struct http_request *r = http->spare;

	if (r) {
		http->spare = r->next;
		http->nspare--;
	} else {
		r = xcalloc(1, sizeof *r);
		r->http = http;
		r->easy = http_easy_new(r);
		buf_init(&r->body, http->config.max_body);
	}
	r->previous = NULL;
	r->next = http->active;
	if (r->next)
		r->next->previous = r;
	return http->active = r;
}

/* Back to the spares, out of libcurl's hands. */
static void
release(struct http_request *r)
{
	struct http *http = r->http;

	*(r->previous ? &r->previous->next : &http->active) = r->next;
	if (r->next)
		r->next->previous = r->previous;
	curl_slist_free_all(r->headers);
	r->headers = NULL;
	free(r->place);
	r->place = NULL;
	if (r->connected >= 0)
		close(r->connected);
	r->connected = -1;
	if (r->body.cap > BUF_MAX_JOURNAL_VALUE)
		buf_done(&r->body);      /* one large answer must not stay in memory */
	buf_clear(&r->body);
	if (http->nspare >= SPARE_MAX) {
		request_free(r);
		return;
	}
	r->next = http->spare;
	http->spare = r;
	http->nspare++;
}

struct http_request *
http_start(struct http *http, const struct http_ask *ask)
{
	struct http_request *r = request_new(http);

	snprintf(r->method, sizeof r->method, "%s", ask->method);
	r->place = xstrdup_or_null(ask->place);
	r->sent = (struct instant){0};
	r->error[0] = '\0';
	r->late = r->whole_head = false;
	r->deadline_ms = ask->deadline_ms;
	r->not_after_up = ask->not_after_up;
	r->given = ask->connected != 0;
	r->connected = r->given ? ask->connected : -1;
	r->stand_in = -1;
	r->line = ask->line;
	r->done = ask->done;
	r->user = ask->user;
	if (r->tls_generation != http->tls_generation)
		http_easy_tls(r);
	http_easy_ask(r, ask);
	if (curl_multi_add_handle(http->multi, r->easy) != CURLM_OK)
		abort();                 /* only ever out of memory, or called from inside libcurl: our mistake */
	return r;
}

void
http_cancel(struct http_request *r)
{
	curl_multi_remove_handle(r->http->multi, r->easy);
	release(r);
}

/* "GET http://10.0.0.1:10000/gossiper": what the sentence is about, without the query. */
static void
put_place(const struct http_request *r, struct buf *out)
{
	const char *url = "?";

	if (r->place) {
		buf_puts(out, r->place);
		return;
	}
	curl_easy_getinfo(r->easy, CURLINFO_EFFECTIVE_URL, &url);
	buf_printf(out, "%s ", r->method);
	buf_put(out, url, strcspn(url, "?"));
}

static void
say_refused(struct http_request *r, CURLcode code, struct buf *out)
{
	long os = 0;
	double seconds = (double)r->http->config.connect_ms / 1000;

	curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &os);
	if (code == CURLE_OPERATION_TIMEDOUT && r->deadline_ms && r->deadline_ms < r->http->config.connect_ms)
		seconds = (double)r->deadline_ms / 1000;
	if (code == CURLE_OPERATION_TIMEDOUT)
		buf_printf(out, ": no connection within %g s", seconds);
	else if (code == CURLE_COULDNT_CONNECT && os)
		buf_printf(out, ": cannot connect: %s", strerror((int)os));
	else
		buf_printf(out, ": cannot connect: %s", r->error[0] ? r->error : curl_easy_strerror(code));
}

static enum io_outcome
judge(struct http_request *r, CURLcode code, struct buf *out)
{
	put_place(r, out);
	if (r->late) {
		buf_puts(out, ": not sent: its time was over before the connection was ready");
		return IO_NOT_SENT;
	}
	if (!r->sent.up_ms) {
		say_refused(r, code, out);
		return IO_REFUSED;
	}
	if (!buf_ok(&r->body)) {
		buf_printf(out, ": the answer is larger than %zu bytes", r->http->config.max_body);
		return IO_BROKEN;
	}
	if (code == CURLE_OPERATION_TIMEDOUT && r->line) {
		buf_printf(out, ": the stream was silent for %d s", r->http->config.silence_s);
		return IO_TIMEOUT;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		buf_printf(out, ": no answer within %g s", (double)r->deadline_ms / 1000);
		return IO_TIMEOUT;
	}
	buf_printf(out, ": the connection broke before the answer was whole: %s",
	    r->error[0] ? r->error : curl_easy_strerror(code));
	return IO_BROKEN;
}

static void
finish(struct http_request *r, CURLcode code)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);
	struct io_answer answer = {.outcome = IO_ANSWERED, .body = &r->body};
	curl_off_t seconds = 0;
	long status = 0;

	if (code == CURLE_OK && !r->whole_head)
		code = CURLE_PARTIAL_FILE;
	if (code != CURLE_OK) {
		answer.outcome = judge(r, code, &why);
		answer.error = buf_str(&why);
		buf_clear(&r->body);
	} else {
		curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &seconds);
		answer.status = (int)status;
		answer.retry_after_ms = seconds > 0 && seconds < 3600 ? (int)seconds * 1000 : 0;
		if (r->line && status == 200)
			buf_clear(&r->body);     /* half a line is nothing */
	}
	answer.sent = r->sent.up_ms ? r->sent : loop_now();
	r->done(r->user, &answer);
	release(r);
}

void
http_reap(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct http_request *r = NULL;
		CURLcode code = message->data.result;    /* the message dies with the next call */
		CURL *easy = message->easy_handle;

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&r);
		curl_multi_remove_handle(http->multi, easy);
		finish(r, code);
	}
}
