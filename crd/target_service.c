#include "target_service.h"

#include <string.h>

#include "json.h"

/* What would change which host is asked, or end the line. */
static bool
is_url(const char *text)
{
	const char *host = strncmp(text, "http://", 7) == 0 ? text + 7 : strncmp(text, "https://", 8) == 0 ? text + 8 : NULL;

	return host && *host && *host != '/' && !strpbrk(host, " \t\r\n?#@\"<>\\^`{|}");
}

int
target_service_read(const struct field *service, char **ret, struct err *err)
{
	static const char *const keys[] = {"url", NULL};
	struct field url = field_get(service, "url");
	const char *text = json_text(url.value);

	if (!service->value)
		return 0;
	if (field_need_object(service, err) < 0 || field_known(service, keys, err) < 0)
		return -1;
	if (!text || !is_url(text))
		return field_wrong(&url, "an http:// or https:// URL without a user, query or fragment", err);
	if (field_need_text(&url, ret, err) < 0)
		return -1;
	for (size_t len = strlen(*ret); (*ret)[len - 1] == '/'; len--)
		(*ret)[len - 1] = '\0';
	return 0;
}
