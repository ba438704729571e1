/* The options of libcurl's easy handles: those of the pool, set once, and those of one request. */
#include "http_private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "loop.h"

static int
on_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
	const struct http_request *r = user;
	unsigned ms = (unsigned)r->http->config.stall_ms;

	(void)purpose;
	if (!r->given)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
	return CURL_SOCKOPT_OK;
}

/* The connection stands and nothing was written yet: the last moment to hold an act back. */
static int
on_ready(void *user, char *ip, char *local_ip, int port, int local_port)
{
	struct http_request *r = user;
	struct instant now = loop_now();

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (r->not_after_up && now.up_ms > r->not_after_up) {
		r->late = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (r->given && http_glue_connected(r))
		return CURL_PREREQFUNC_ABORT;
	r->sent = now;
	return CURL_PREREQFUNC_OK;
}

static void
put_lines(struct http_request *r, const char *at, size_t len)
{
	const char *end;

	while (len && (end = memchr(at, '\n', len))) {
		size_t part = (size_t)(end - at);

		if (r->body.len) {
			buf_put(&r->body, at, part);
			if (buf_ok(&r->body))
				r->line(r->user, buf_str(&r->body), r->body.len);
			else
				return;
			buf_clear(&r->body);
		} else if (part) {
			r->line(r->user, at, part);
		}
		at = end + 1;
		len -= part + 1;
	}
	buf_put(&r->body, at, len);
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *user)
{
	struct http_request *r = user;

	if (size * count > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
		r->whole_head = true;
	return size * count;
}

static size_t
on_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct http_request *r = user;
	long status = 0;

	if (r->line)
		curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		put_lines(r, bytes, size * count);
	else
		buf_put(&r->body, bytes, size * count);
	return buf_ok(&r->body) ? size * count : 0;
}

static void
set_connection(CURL *easy, struct http_request *r)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Allocated for each request: libcurl's 16 and 64 kB are many times what an answer or a body here has. */
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 4096L);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
	/* Its cache is searched whole for what is old with each new connection: milliseconds a fleet of thousands. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->http->config.connect_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_glue_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, r);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_glue_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, r->http);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, r);
}

CURL *
http_easy_new(struct http_request *r)
{
	struct http *http = r->http;
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	set_connection(easy, r);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, r);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, r);
	if (http->config.gzip)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (http->config.silence_s) {
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)http->config.silence_s);
	}
	return easy;
}

static void
set_blob(CURL *easy, CURLoption option, char *text)
{
	struct curl_blob blob = {.data = text, .len = text ? strlen(text) : 0, .flags = CURL_BLOB_COPY};

	curl_easy_setopt(easy, option, text ? &blob : NULL);
}

void
http_easy_tls(struct http_request *r)
{
	const struct http *http = r->http;

	r->tls_generation = http->tls_generation;
	/* Trust what was named, alone: the distribution's directory of authorities would be trusted beside it; and as
	 * a blob, since an authority read from a file is kept by libcurl for a day. */
	curl_easy_setopt(r->easy, CURLOPT_CAPATH, NULL);
	set_blob(r->easy, CURLOPT_CAINFO_BLOB, http->ca);
	set_blob(r->easy, CURLOPT_SSLCERT_BLOB, http->cert);
	set_blob(r->easy, CURLOPT_SSLKEY_BLOB, http->key);
	curl_easy_setopt(r->easy, CURLOPT_SSL_VERIFYPEER, http->insecure ? 0L : 1L);
	curl_easy_setopt(r->easy, CURLOPT_SSL_VERIFYHOST, http->insecure ? 0L : 2L);
	curl_easy_setopt(r->easy, CURLOPT_CONNECT_TO, http->connect_to);
	/* Never the environment's. */
	curl_easy_setopt(r->easy, CURLOPT_PROXY, http->proxy ? http->proxy : "");
}

static void
set_method(CURL *easy, const struct http_ask *ask)
{
	bool body = ask->body || strcmp(ask->method, "POST") == 0;

	if (body) {
		/* First the size: it decides how much is copied. Without a body a POST says Content-Length: 0. */
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(ask->body ? strlen(ask->body) : 0));
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, ask->body ? ask->body : "");
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, strcmp(ask->method, body ? "POST" : "GET") ? ask->method : NULL);
}

void
http_easy_ask(struct http_request *r, const struct http_ask *ask)
{
	struct curl_slist *more;

	for (size_t i = 0; ask->headers && ask->headers[i]; i++) {
		more = curl_slist_append(r->headers, ask->headers[i]);
		if (!more)
			abort();
		r->headers = more;
	}
	curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers ? r->headers : r->http->headers);
	curl_easy_setopt(r->easy, CURLOPT_URL, ask->url);
	set_method(r->easy, ask);
	curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, (long)ask->deadline_ms);
	curl_easy_setopt(r->easy, CURLOPT_FRESH_CONNECT, ask->once || r->given ? 1L : 0L);
	/* Full means full: to evict the oldest libcurl would look at each, for every new connection. */
	curl_easy_setopt(r->easy, CURLOPT_FORBID_REUSE, ask->passing || r->given || r->http->open >= HTTP_KEPT ? 1L : 0L);
}
