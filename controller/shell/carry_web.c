#include "carry.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "hmac.h"
#include "http.h"
#include "loop.h"
#include "secret.h"

enum { HEADERS_MAX = 20 };

static bool
is_url(const char *text)
{
	return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

/* The URL, owned; NULL: refused. A Secret made from a file often ends with a newline. */
static char *
find_url(struct shell *shell, struct flight *flight, const struct effect_web *web)
{
	const char *text = web->url, *name = web->url_from.name;
	char *why CLEANUP_FREE = NULL, *url CLEANUP_FREE = NULL;

	if (!text && name)
		text = secrets_get(shell->secrets, name, web->url_from.key);
	if (text)
		url = xstrndup(text, strcspn(text, " \t\r\n"));
	if (!url)
		why = xasprintf("not sent: Secret %s is not here or lacks the key %s", name ? name : "", web->url_from.key);
	else if (!is_url(url) && !web->url)
		why = xasprintf("not sent: the key %s of Secret %s holds no URL that begins with https:// or http://",
		    web->url_from.key, name);
	else if (!is_url(url))
		why = xasprintf("not sent: \"%.100s\" is no URL that begins with https:// or http://", url);
	if (why) {
		flight_refuse(flight, why);
		return NULL;
	}
	if (web->query) {
		char *whole = xasprintf("%s%c%s", url, strchr(url, '?') ? '&' : '?', web->query);

		free(url);
		url = whole;
	}
	return TAKE_PTR(url);
}

/* A line break in a header would begin another one. */
static bool
are_headers(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; at && *at; at++)
		if ((*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f)
			return false;
	return true;
}

/* Two more headers; false: refused. */
static bool
sign(struct shell *shell, struct flight *flight, const struct effect_web *web, char **ret_stamp, char **ret_signature)
{
	const char *key = secrets_get(shell->secrets, web->sign_with.name, web->sign_with.key);
	int64_t seconds = loop_now().wall_ms / 1000;
	char *text CLEANUP_FREE = xasprintf("%" PRId64 ".%s", seconds, web->body ? web->body : "");
	char hex[HMAC_TEXT];

	if (!key) {
		char *why CLEANUP_FREE = xasprintf("not sent: Secret %s is not here or lacks the key %s, which it is to be "
		    "signed with", web->sign_with.name, web->sign_with.key);

		flight_refuse(flight, why);
		return false;
	}
	hmac_sha256(key, strcspn(key, "\r\n"), text, strlen(text), hex);
	*ret_stamp = xasprintf("X-Strait-Timestamp: %" PRId64, seconds);
	*ret_signature = xasprintf("X-Strait-Signature: sha256=%s", hex);
	return true;
}

/* 'lines' is cut at its newlines. */
static size_t
split(char *lines, const char **ret, size_t room)
{
	size_t count = 0;

	for (char *line = lines, *end; line && *line && count < room; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		ret[count++] = line;
	}
	return count;
}

void
carry_web(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_web *web = &effect->web;
	const char *headers[HEADERS_MAX + 4] = {"Expect:"};      /* wait for no "100 Continue" */
	char *url CLEANUP_FREE = find_url(shell, flight, web), *lines CLEANUP_FREE = xstrdup_or_null(web->headers);
	char *stamp CLEANUP_FREE = NULL, *signature CLEANUP_FREE = NULL, *place CLEANUP_FREE = NULL;
	size_t count = 1 + split(lines, headers + 1, HEADERS_MAX);

	if (url && !are_headers(web->headers)) {
		flight_refuse(flight, "not sent: a header holds a control character");
		return;
	}
	if (!url || (web->sign_with.name && !sign(shell, flight, web, &stamp, &signature)))
		return;
	headers[count++] = stamp;        /* NULL ends the list, too */
	headers[count] = signature;
	if (web->url_from.name) {
		flight->hidden = xstrdup(url);
		place = xasprintf("%s the URL in Secret %s, key %s", web->method, web->url_from.name, web->url_from.key);
	}
	flight->request = http_start(shell->web, &(struct http_ask){
	    .method = web->method,
	    .url = url,
	    .place = place,
	    .headers = headers,
	    .body = web->body,
	    .deadline_ms = effect->deadline_ms,
	    .not_after_up = effect->not_after_up,
	    .once = strcmp(web->method, "GET") != 0,
	    .passing = true,
	    .done = flight_done,
	    .user = flight,
	});
}
