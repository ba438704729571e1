/* A Redis URL in, a reply as JSON out. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "redis_private.h"

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
decoded(const char *at, size_t len)
{
	char *text = xmalloc(len + 1), *out = text;

	for (size_t i = 0; i < len; i++) {
		bool escape = at[i] == '%' && len - i > 2;

		if (escape && hex_digit(at[i + 1]) >= 0 && hex_digit(at[i + 2]) >= 0) {
			*out++ = (char)(hex_digit(at[i + 1]) << 4 | hex_digit(at[i + 2]));
			i += 2;
		} else {
			*out++ = at[i];
		}
	}
	*out = '\0';
	return text;
}

static void
parse_user(const char *at, const char *end, struct redis_url *url)
{
	const char *colon = memchr(at, ':', (size_t)(end - at));

	/* "secret@" without a colon is a password alone, as redis-cli reads it. */
	if (colon && colon > at)
		url->user = decoded(at, (size_t)(colon - at));
	if (colon)
		at = colon + 1;
	url->password = decoded(at, (size_t)(end - at));
}

/* A number in [min, max] up to 'end'; -1 when it is none. */
static int
parse_number(const char *at, const char *end, int min, int max)
{
	int value = 0;

	if (at == end)
		return -1;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9' || value > max)
			return -1;
		value = value * 10 + (*at - '0');
	}
	return value >= min && value <= max ? value : -1;
}

static int
parse_place(const char *at, const char *end, struct redis_url *url, struct err *err)
{
	const char *colon, *bracket = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
	size_t len;

	colon = bracket ? bracket + 1 : memchr(at, ':', (size_t)(end - at));
	if (!colon || colon >= end)
		colon = end;
	len = (size_t)((bracket ? bracket : colon) - at) - (bracket ? 1 : 0);
	if (!len || len >= sizeof url->host)
		return err_set(err, "the Redis URL names no host; expected redis://[user:password@]host:port/db");
	memcpy(url->host, at + (bracket ? 1 : 0), len);
	url->host[len] = '\0';
	if (colon == end)
		return 0;
	url->port = *colon == ':' ? parse_number(colon + 1, end, 1, 65535) : -1;
	if (url->port < 0)
		return err_set(err, "the Redis URL's port is not a number from 1 to 65535");
	return 0;
}

int
redis_url_parse(const char *text, struct redis_url *ret, struct err *err)
{
	static const char scheme[] = "redis://";
	struct redis_url url = {.port = 6379};
	const char *at = text + strlen(scheme), *end, *sign = NULL;

	if (strncmp(text, "rediss://", 9) == 0)
		return err_set(err, "TLS to Redis (rediss://) is not supported yet; expected redis://host:port/db");
	if (strncmp(text, scheme, strlen(scheme)) != 0)
		return err_set(err, "not a Redis URL; expected redis://[user:password@]host:port/db");
	for (const char *c = at; *c; c++)
		sign = *c == '@' ? c : sign;
	end = (sign ? sign : at) + strcspn(sign ? sign : at, "/?");
	if (*end == '/' && end[1])
		url.db = parse_number(end + 1, end + strlen(end), 0, 1 << 20);
	if (url.db < 0 || *end == '?')
		return err_set(err, "after the host a Redis URL has a database number and nothing else");
	if (parse_place(sign ? sign + 1 : at, end, &url, err))
		return -1;
	if (sign)
		parse_user(at, sign, &url);
	*ret = url;
	return 0;
}

void
redis_url_done(struct redis_url *url)
{
	if (url->password)
		explicit_bzero(url->password, strlen(url->password));
	free(url->user);
	free(url->password);
	*url = (struct redis_url){0};
}

static void
print_value(const redisReply *reply, struct json_out *out)
{
	switch (reply->type) {
	case REDIS_REPLY_INTEGER:
		json_put_int(out, NULL, reply->integer);
		break;
	case REDIS_REPLY_NIL:
		json_put_raw(out, NULL, "null");
		break;
	case REDIS_REPLY_ARRAY:
		json_open_array(out, NULL);
		for (size_t i = 0; i < reply->elements; i++)
			print_value(reply->element[i], out);
		json_close_array(out);
		break;
	default:
		json_put_str(out, NULL, reply->str ? reply->str : "");
		break;
	}
}

void
redis_print(const redisReply *reply, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	print_value(reply, &json);
}
