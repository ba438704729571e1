/* A Lease as we write it: our own fields, and everything else as it was read. Labels, annotations, owners and what a newer API
 * server has in its spec are somebody else's, and a PUT that does not name them removes them. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "lease.h"
#include "state.h"

static const char *const our_spec[] = {"holderIdentity", "leaseDurationSeconds", "acquireTime", "renewTime",
    "leaseTransitions", NULL};
/* uid stays: a Lease that was deleted and made anew is another one, and such a write of it a conflict. */
static const char *const our_metadata[] = {"name", "namespace", "resourceVersion", "labels", "managedFields", NULL};
static const char *const our_labels[] = {LEASE_LABEL, LEASE_LABEL_SHARDS, NULL};

static bool
is_one_of(const char *key, const char *const *keys)
{
	for (; *keys; keys++)
		if (strcmp(key, *keys) == 0)
			return true;
	return false;
}

static void
put_others(struct json_out *out, const struct cJSON *object, const char *const *ours)
{
	JSON_EACH(member, object) {
		CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

		if (is_one_of(json_key(member), ours))
			continue;
		json_print(member, &text);
		json_put_raw(out, json_key(member), buf_str(&text));
	}
}

static void
put_metadata(const struct core *core, const struct lease *lease, const struct cJSON *seen, struct json_out *out)
{
	json_open(out, "metadata");
	json_put_str(out, "name", lease->name);
	json_put_str(out, "namespace", core->config.lease_namespace);
	json_put_str(out, "resourceVersion", lease->version);
	json_open(out, "labels");
	json_put_str(out, LEASE_LABEL, core->config.lease_name);
	if (lease->presence)
		json_put_str(out, LEASE_LABEL_SHARDS, lease->shards);
	put_others(out, json_get(seen, "labels"), our_labels);
	json_close(out);
	put_others(out, seen, our_metadata);
	json_close(out);
}

void
lease_keep(struct lease *lease, const struct cJSON *object)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&text);
	static const char *const unread[] = {"managedFields", NULL};

	json_open(&out, NULL);
	json_open(&out, "metadata");
	put_others(&out, json_get(object, "metadata"), unread);
	json_close(&out);
	json_open(&out, "spec");
	put_others(&out, json_get(object, "spec"), our_spec);
	json_close(&out);
	json_close(&out);
	free(lease->kept);
	lease->kept = buf_take(&text);
}

char *
lease_body(const struct core *core, const struct lease *lease, bool ours, bool release)
{
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);
	CLEANUP_JSON struct cJSON *kept = lease->version ? json_parse(lease->kept, strlen(lease->kept), NULL) : NULL;
	char now[INSTANT_TEXT], acquired[INSTANT_TEXT];

	instant_micro(core->now.wall_ms, now);
	instant_micro(lease->acquired_wall_ms ? lease->acquired_wall_ms : core->now.wall_ms, acquired);
	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", "coordination.k8s.io/v1");
	json_put_str(&out, "kind", "Lease");
	put_metadata(core, lease, json_get(kept, "metadata"), &out);
	json_open(&out, "spec");
	json_put_str(&out, "holderIdentity", release ? "" : core->config.identity);
	json_put_int(&out, "leaseDurationSeconds", release ? 1 : (core->config.lease_ms + 999) / 1000);
	json_put_str(&out, "acquireTime", acquired);
	json_put_str(&out, "renewTime", now);
	json_put_int(&out, "leaseTransitions", lease->version ? lease->transitions + (ours ? 0 : 1) : 0);
	put_others(&out, json_get(kept, "spec"), our_spec);
	json_close(&out);
	json_close(&out);
	return buf_take(&body);
}
