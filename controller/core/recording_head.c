#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "hash.h"
#include "json.h"
#include "recording.h"

/* The first line: the configuration, member by member. */

enum type { TEXT, SWITCH, NUMBER, SIZE };

struct member {
	const char *name;
	enum type type;
	size_t at;
	int64_t most;            /* of a number that is read */
};

/* As long as a duration may be that a flag takes. */
#define TEN_YEARS (HOURS(24) * 3660)
enum { SHARDS_MOST = 64, OPERATIONS_MOST = 1 << 30 };

#define MEMBER(name_, type_, member_, most_) \
	{.name = name_, .type = type_, .at = offsetof(struct core_config, member_), .most = most_}

static const struct member members[] = {
	MEMBER("namespace", TEXT, namespace_, 0),
	MEMBER("identity", TEXT, identity, 0),
	MEMBER("leaseNamespace", TEXT, lease_namespace, 0),
	MEMBER("leaseName", TEXT, lease_name, 0),
	MEMBER("shards", SIZE, shards, SHARDS_MOST),
	MEMBER("leaseMs", NUMBER, lease_ms, TEN_YEARS),
	MEMBER("actTtlMs", NUMBER, act_ttl_ms, TEN_YEARS),
	MEMBER("settleMs", NUMBER, settle_ms, TEN_YEARS),
	MEMBER("stableMs", NUMBER, stable_ms, TEN_YEARS),
	MEMBER("factAgeMs", NUMBER, fact_age_ms, TEN_YEARS),
	MEMBER("restTimeoutMs", NUMBER, rest_timeout_ms, TEN_YEARS),
	MEMBER("connectTimeoutMs", NUMBER, connect_timeout_ms, TEN_YEARS),
	MEMBER("maxOperations", NUMBER, max_operations, OPERATIONS_MOST),
	MEMBER("maxOperationsPerZone", NUMBER, max_operations_per_zone, OPERATIONS_MOST),
	MEMBER("kubernetesNamespaces", TEXT, kubernetes_namespaces, 0),
	MEMBER("kubernetesClusterScoped", SWITCH, kubernetes_cluster_scoped, 0),
	MEMBER("gate", SWITCH, gate, 0),
	MEMBER("crdVersion", TEXT, crd_version, 0),
};

static void
put_member(struct json_out *out, const struct core_config *config, const struct member *member)
{
	const void *at = (const char *)config + member->at;

	switch (member->type) {
	case TEXT:
		json_put_str(out, member->name, *(const char *const *)at);
		break;
	case SWITCH:
		json_put_bool(out, member->name, *(const bool *)at);
		break;
	case NUMBER:
		json_put_int(out, member->name, *(const int64_t *)at);
		break;
	case SIZE:
		json_put_int(out, member->name, (int64_t)*(const size_t *)at);
		break;
	}
}

void
recording_put_head(struct buf *buf, const struct core_config *config, const char *version)
{
	struct json_out out = JSON_OUT(buf);
	char seed[HASH_TEXT];

	json_open(&out, NULL);
	json_put_int(&out, "recording", RECORDING_FORMAT);
	json_put_str(&out, "version", version);
	json_put_str(&out, "seed", hash_text(config->seed, seed));
	json_open(&out, "config");
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		put_member(&out, config, &members[i]);
	json_close(&out);
	json_close(&out);
	buf_putc(buf, '\n');
}

static int
read_number(const struct cJSON *value, const struct member *member, int64_t *ret, struct err *err)
{
	int64_t number;

	if (!json_to_int(value, &number) || number < 0 || number > member->most)
		return err_set(err, "config.%s: expected a number from 0 to %lld", member->name, (long long)member->most);
	*ret = number;
	return 0;
}

static int
read_member(const struct cJSON *json, const struct member *member, struct core_config *config, struct err *err)
{
	const struct cJSON *value = json_get(json, member->name);
	void *at = (char *)config + member->at;
	int64_t number = 0;

	if (!value)
		return 0;
	if (member->type == TEXT) {
		*(const char **)at = json_text(value);
		return json_text(value) ? 0 : err_set(err, "config.%s: expected a text", member->name);
	}
	if (member->type == SWITCH) {
		*(bool *)at = json_bool(json, member->name, false);
		return 0;
	}
	if (read_number(value, member, &number, err) < 0)
		return -1;
	if (member->type == SIZE)
		*(size_t *)at = (size_t)number;
	else
		*(int64_t *)at = number;
	return 0;
}

static int
read_seed(const char *text, uint64_t *ret, struct err *err)
{
	if (!text || strlen(text) != HASH_TEXT - 1 || strspn(text, "0123456789abcdef") != HASH_TEXT - 1)
		return err_set(err, "seed: expected %d hexadecimal digits", HASH_TEXT - 1);
	*ret = strtoull(text, NULL, 16);
	return 0;
}

static int
read_head(struct recording_head *head, struct err *err)
{
	int64_t format = json_int(head->json, "recording", 0);

	if (format < 1)
		return err_set(err, "it is no recording: its first line has no \"recording\":%d", RECORDING_FORMAT);
	if (format > RECORDING_FORMAT)
		return err_set(err, "a recording of format %lld, this program reads up to %d: take a newer one",
		    (long long)format, RECORDING_FORMAT);
	head->version = json_str_or(head->json, "version", "unknown");
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (read_member(json_get(head->json, "config"), &members[i], &head->config, err) < 0)
			return -1;
	}
	if (!head->config.identity || !head->config.lease_name)
		return err_set(err, "config: expected identity and leaseName");
	return read_seed(json_str(head->json, "seed"), &head->config.seed, err);
}

int
recording_read_head(const char *line, size_t len, struct recording_head *ret, struct err *err)
{
	struct recording_head head = {.json = json_parse(line, len, err)};

	if (!head.json)
		return -1;
	if (read_head(&head, err) < 0) {
		recording_head_done(&head);
		return -1;
	}
	*ret = head;
	return 0;
}

void
recording_head_done(struct recording_head *head)
{
	json_free(head->json);
	*head = (struct recording_head){0};
}
