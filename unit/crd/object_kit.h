/* Objects for the tests of decoding: a spec and a status in JSON, the metadata made up. */
#pragma once

struct cJSON;

/* Fails the test when it is no JSON; free with json_free(). 'status' may be NULL. */
struct cJSON *object_of(const char *spec, const char *status);
struct cJSON *json_of(const char *text);
