#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 16 << 10, REQUEST_BODY_MAX = 64 << 10 };

const char *
http_reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 409:
		return "Conflict";
	default:
		return "Internal Server Error";
	}
}

const char *
http_query(const char *path, const char *name, char *ret, size_t size)
{
	size_t len = strlen(name);

	*ret = '\0';
	for (const char *at = strchr(path, '?'); at; at = strchr(at, '&')) {
		at++;
		if (strncmp(at, name, len) || at[len] != '=')
			continue;
		snprintf(ret, size, "%.*s", (int)strcspn(at + len + 1, "&"), at + len + 1);
		break;
	}
	return ret;
}

static int
request_line(const char *line, size_t len, struct http_request *ret)
{
	char version[16], text[sizeof ret->method + sizeof ret->path + sizeof version];

	if (len >= sizeof text)
		return -1;
	memcpy(text, line, len);
	text[len] = '\0';
	if (sscanf(text, "%7[A-Z] %2047s HTTP/%15s", ret->method, ret->path, version) != 3 || *ret->path != '/')
		return -1;
	ret->keep_alive = strcmp(version, "1.0") != 0;
	return 0;
}

/* 'name' ends in a colon. */
static const char *
value_of(const char *line, const char *end, const char *name)
{
	size_t len = strlen(name);

	if ((size_t)(end - line) < len || strncasecmp(line, name, len))
		return NULL;
	line += len;
	while (line < end && *line == ' ')
		line++;
	return line;
}

static int
header(const char *line, const char *end, struct http_request *ret)
{
	const char *value;

	if ((value = value_of(line, end, "Content-Length:"))) {
		ret->body_len = strtoul(value, NULL, 10);
		return ret->body_len <= REQUEST_BODY_MAX ? 0 : -1;
	}
	if (value_of(line, end, "Transfer-Encoding:"))
		return -1;
	if ((value = value_of(line, end, "Connection:")))
		ret->keep_alive = strncasecmp(value, "close", 5) != 0;
	if ((value = value_of(line, end, "X-Source:")))
		ret->hand = !strncasecmp(value, "hand", 4);
	return 0;
}

int
http_parse(const char *data, size_t len, struct http_request *ret)
{
	const char *head = len ? memmem(data, len, "\r\n\r\n", 4) : NULL, *line, *end;

	if (!head)
		return len > HEAD_MAX ? -1 : 0;
	*ret = (struct http_request){0};
	end = memmem(data, (size_t)(head + 2 - data), "\r\n", 2);
	if (request_line(data, (size_t)(end - data), ret) < 0)
		return -1;
	for (line = end + 2; line < head; line = end + 2) {
		end = memmem(line, (size_t)(head + 2 - line), "\r\n", 2);
		if (header(line, end, ret) < 0)
			return -1;
	}
	ret->body = (size_t)(head - data) + 4;
	if (len < ret->body + ret->body_len)
		return 0;
	return (int)(ret->body + ret->body_len);
}
