/* Where the journal's Redis is: one server by name or by its socket, or the sentinels that know it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "redis_private.h"

#define EXPECTED "expected redis://[user:password@]host:port/db, redis+sentinel://[user:password@]host:port,…/master/db " \
	"or unix://[user:password@]/path?db=n; rediss:// and rediss+sentinel:// with TLS"

enum { DATABASES = 1 << 20, REPLICAS_MAX = 100, WAIT_MS = 500, WAIT_MOST_MS = 1500, SENTINEL_PORT = 26379 };

struct span {
	const char *at, *end;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decoded, owned; an escape that is none stays as it is. */
static char *
decoded(struct span span)
{
	size_t len = (size_t)(span.end - span.at);
	char *text = xmalloc(len + 1), *out = text;

	for (size_t i = 0; i < len; i++) {
		bool escape = span.at[i] == '%' && len - i > 2;

		if (escape && hex_digit(span.at[i + 1]) >= 0 && hex_digit(span.at[i + 2]) >= 0) {
			*out++ = (char)(hex_digit(span.at[i + 1]) << 4 | hex_digit(span.at[i + 2]));
			i += 2;
		} else {
			*out++ = span.at[i];
		}
	}
	*out = '\0';
	return text;
}

/* What stands before 'c', which is passed over; all of it when there is no 'c'. */
static struct span
cut(struct span *rest, char c)
{
	const char *at = memchr(rest->at, c, (size_t)(rest->end - rest->at));
	struct span head = {rest->at, at ? at : rest->end};

	rest->at = at ? at + 1 : rest->end;
	return head;
}

static bool
is(struct span span, const char *word)
{
	return (size_t)(span.end - span.at) == strlen(word) && strncmp(span.at, word, strlen(word)) == 0;
}

/* A number in [min, max]; -1 when it is none. */
static int
number_of(struct span span, int min, int max)
{
	int value = 0;

	if (span.at == span.end)
		return -1;
	for (; span.at < span.end; span.at++) {
		if (*span.at < '0' || *span.at > '9' || value > max)
			return -1;
		value = value * 10 + (*span.at - '0');
	}
	return value >= min && value <= max ? value : -1;
}

static void
parse_user(struct span user, struct redis_url *url)
{
	const char *colon = memchr(user.at, ':', (size_t)(user.end - user.at));

	/* "secret@" without a colon is a password alone, as redis-cli reads it; "ann:@" is a user whose password is
	 * elsewhere. */
	if (colon && colon > user.at)
		url->user = decoded((struct span){user.at, colon});
	if (colon)
		user.at = colon + 1;
	if (user.at < user.end)
		url->password = decoded(user);
}

static int
parse_place(struct span span, struct redis_url *url, int port, struct err *err)
{
	const char *bracket = *span.at == '[' ? memchr(span.at, ']', (size_t)(span.end - span.at)) : NULL;
	const char *colon = bracket ? bracket + 1 : memchr(span.at, ':', (size_t)(span.end - span.at));
	struct redis_place *place = &url->places[url->nplaces];
	struct span host = {span.at + (bracket ? 1 : 0), bracket};

	if (url->nplaces == REDIS_PLACES)
		return err_set(err, "the Redis URL names more than %d sentinels", REDIS_PLACES);
	if (!colon || colon >= span.end)
		colon = span.end;
	if (!bracket)
		host.end = colon;
	if (host.at == host.end || host.end - host.at >= REDIS_HOST)
		return err_set(err, "the Redis URL names no host; " EXPECTED);
	snprintf(place->host, sizeof place->host, "%.*s", (int)(host.end - host.at), host.at);
	place->port = port;
	if (colon < span.end)
		place->port = *colon == ':' ? number_of((struct span){colon + 1, span.end}, 1, 65535) : -1;
	if (place->port < 0)
		return err_set(err, "the Redis URL's port is not a number from 1 to 65535");
	url->nplaces++;
	return 0;
}

/* True: it is one that takes a text; 'text' NULL: one that this URL has no use for. */
static bool
is_text_option(struct span name, struct redis_url *url, char ***text)
{
	struct {
		const char *name;
		bool tls;
		char **text;
	} options[] = {
		{"password-file", false, &url->password_file},
		{"ca-file", true, &url->ca_file},
		{"cert-file", true, &url->cert_file},
		{"key-file", true, &url->key_file},
		{"server-name", true, &url->server_name},
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (is(name, options[i].name)) {
			*text = options[i].tls && !url->tls ? NULL : options[i].text;
			return true;
		}
	return false;
}

static int
parse_text_option(struct span name, struct span value, char **text, struct err *err)
{
	int len = (int)(name.end - name.at);

	if (!text)
		return err_set(err, "the Redis URL's %.*s is for rediss:// and rediss+sentinel:// alone", len, name.at);
	free(*text);
	*text = decoded(value);
	if (len > 5 && strncmp(name.end - 5, "-file", 5) == 0 && **text != '/')
		return err_set(err, "the Redis URL's %.*s must begin with /", len, name.at);
	return **text ? 0 : err_set(err, "the Redis URL's %.*s is empty", len, name.at);
}

static int
parse_option(struct span name, struct span value, struct redis_url *url, struct err *err)
{
	int *number = is(name, "wait") ? &url->wait : is(name, "wait-ms") ? &url->wait_ms : is(name, "db") ? &url->db : NULL;
	int most = number == &url->wait ? REPLICAS_MAX : number == &url->wait_ms ? WAIT_MOST_MS : DATABASES;
	char **text;

	if (is(name, "durable")) {
		url->durable = is(value, "1");
		return url->durable ? 0 : err_set(err, "the Redis URL's durable can be 1: it states that Redis loses no write");
	}
	if (is_text_option(name, url, &text))
		return parse_text_option(name, value, text, err);
	if (is(name, "tls-verify")) {
		url->unverified = is(value, "none");
		return url->tls && url->unverified ? 0 :
		    err_set(err, "the Redis URL's tls-verify is for rediss:// alone, and can be none");
	}
	if (!number)
		return err_set(err, "the Redis URL has an unknown option \"%.*s\": there are wait, wait-ms, durable, db, "
		    "password-file, and with TLS ca-file, cert-file, key-file, server-name and tls-verify",
		    (int)(name.end - name.at), name.at);
	*number = number_of(value, number == &url->wait_ms, most);
	return *number >= 0 ? 0 : err_set(err, "the Redis URL's %.*s is not a number up to %d",
	    (int)(name.end - name.at), name.at, most);
}

/* "a=b&c=d" */
static int
parse_options(struct span query, struct redis_url *url, struct err *err)
{
	while (query.at < query.end) {
		struct span value = cut(&query, '&');
		struct span name = cut(&value, '=');

		if (parse_option(name, value, url, err))
			return -1;
	}
	return 0;
}

/* "/master/db", "/db" or nothing. */
static int
parse_path(struct span path, struct redis_url *url, bool sentinel, struct err *err)
{
	if (sentinel) {
		struct span master = cut(&path, '/');

		if (master.at == master.end)
			return err_set(err, "the Redis URL names sentinels but no master; " EXPECTED);
		url->master = decoded(master);
	}
	if (path.at < path.end)
		url->db = number_of(path, 0, DATABASES);
	return url->db >= 0 ? 0 : err_set(err, "after the host a Redis URL has a database number and nothing else");
}

struct scheme {
	const char *prefix;
	bool sentinel, local, tls;
};

static int
parse_body(struct span rest, const struct scheme *scheme, struct redis_url *url, struct err *err)
{
	struct span query, body, hosts;
	const char *sign = NULL;

	/* A password may hold '/' or '?': the last '@' ends it, unless an option holds one. */
	for (const char *c = rest.at; c < rest.end && !(sign && *c == '?'); c++)
		sign = *c == '@' ? c : sign;
	if (sign) {
		parse_user((struct span){rest.at, sign}, url);
		rest.at = sign + 1;
	}
	query = rest;
	body = cut(&query, '?');
	if (scheme->local) {
		url->path = decoded(body);
		if (url->path[0] != '/')
			return err_set(err, "the Redis URL names no socket; " EXPECTED);
	} else {
		hosts = cut(&body, '/');
		do {
			if (parse_place(cut(&hosts, scheme->sentinel ? ',' : '\0'), url,
			    scheme->sentinel ? SENTINEL_PORT : 6379, err))
				return -1;
		} while (hosts.at < hosts.end);
		if (parse_path(body, url, scheme->sentinel, err))
			return -1;
	}
	if (parse_options(query, url, err))
		return -1;
	if (!url->cert_file != !url->key_file)
		return err_set(err, "the Redis URL has one of cert-file and key-file: both are needed, or neither");
	return 0;
}

int
redis_url_parse(const char *text, struct redis_url *ret, struct err *err)
{
	static const struct scheme schemes[] = {
		{.prefix = "redis://"},
		{.prefix = "redis+sentinel://", .sentinel = true},
		{.prefix = "unix://", .local = true},
		{.prefix = "rediss://", .tls = true},
		{.prefix = "rediss+sentinel://", .sentinel = true, .tls = true},
	};
	struct redis_url url = {.wait_ms = WAIT_MS};
	const struct scheme *scheme = NULL;

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncmp(text, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			scheme = &schemes[i];
	if (!scheme)
		return err_set(err, "not a Redis URL; " EXPECTED);
	url.tls = scheme->tls;
	if (url.tls && !redis_tls_is_built_in())
		return err_set(err, "rediss:// (TLS) needs hiredis_ssl, and this build's hiredis %d.%d.%d is without it: put a "
		    "TLS tunnel beside the controller and name its end with redis://127.0.0.1:port or unix:///path",
		    HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
	if (parse_body((struct span){text + strlen(scheme->prefix), text + strlen(text)}, scheme, &url, err)) {
		redis_url_done(&url);
		return -1;
	}
	*ret = url;
	return 0;
}

void
redis_url_done(struct redis_url *url)
{
	char *texts[] = {url->user, url->password, url->password_file, url->ca_file, url->cert_file, url->key_file,
		url->server_name, url->master, url->path};

	if (url->password)
		explicit_bzero(url->password, strlen(url->password));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free(texts[i]);
	*url = (struct redis_url){0};
}
