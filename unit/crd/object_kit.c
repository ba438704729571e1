#include "object_kit.h"

#include "alloc.h"
#include "check.h"
#include "json.h"

struct cJSON *
json_of(const char *text)
{
	struct err err = {""};
	struct cJSON *json = json_parse(text, strlen(text), &err);

	if (!json)
		CHECK_FAIL("%s\n%s", err.text, text);
	return json;
}

struct cJSON *
object_of(const char *spec, const char *status)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":\"u\","
	    "\"resourceVersion\":\"7\",\"generation\":2},\"spec\":%s%s%s}", spec, status ? ",\"status\":" : "",
	    status ? status : "");

	return json_of(text);
}
