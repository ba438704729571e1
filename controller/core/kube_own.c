/* What a task makes bears the operation's name, and is known again by it. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "channel_kube.h"
#include "hash.h"
#include "json.h"
#include "kube_reach.h"
#include "kubernetes.h"
#include "object.h"
#include "op.h"

#define LABEL_OPERATION "strait.dev/operation-uid"
#define LABEL_STEP "strait.dev/step"

enum { NAME_KEPT = 40, LABEL_MAX = 63, SUFFIX = 8 };

void
kube_own_name(struct task *t, const char *base, char *ret)
{
	uint64_t hash = hash_str(hash_str(HASH_SEED, t->op->uid), t->step->id);
	char text[HASH_TEXT];

	hash = hash_u64(hash_u64(hash, (uint64_t)t->step->attempt), (uint64_t)t->op->retry_seen);
	snprintf(ret, KUBE_OWN_NAME, "%.*s-%.*s", NAME_KEPT, base, SUFFIX, hash_text(hash, text));
}

bool
kube_is_own(struct task *t, const struct cJSON *object)
{
	const struct cJSON *labels = json_path(object, "metadata", "labels", NULL);

	return strcmp(json_str_or(labels, LABEL_OPERATION, ""), t->op->uid) == 0;
}

static void
put_value(struct json_out *out, const char *key, const struct cJSON *value)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);

	json_print(value, &text);
	json_put_raw(out, key, buf_str(&text));
}

static void
put_labels(const struct task *t, struct json_out *out, const struct cJSON *labels)
{
	char step[LABEL_MAX + 1];

	snprintf(step, sizeof step, "%s", t->step->id);
	for (char *at = step; *at; at++)
		if (*at == '/')
			*at = '_';
	json_open(out, "labels");
	JSON_EACH (label, labels)
		if (strcmp(json_key(label), LABEL_OPERATION) != 0 && strcmp(json_key(label), LABEL_STEP) != 0)
			put_value(out, json_key(label), label);
	json_put_str(out, LABEL_OPERATION, t->op->uid);
	json_put_str(out, LABEL_STEP, step);
	json_close(out);
}

/* With the operation's object it goes, too. An owner in another namespace would be none, and what it owns be deleted. */
static void
put_owner(const struct task *t, struct json_out *out, const struct cJSON *metadata)
{
	const struct kube_ref ref = {.namespace_ = json_str(metadata, "namespace")};

	if (strcmp(kube_namespace_of(t, &ref), t->op->namespace_) != 0)
		return;
	json_open_array(out, "ownerReferences");
	json_open(out, NULL);
	json_put_str(out, "apiVersion", CRD_API_VERSION);
	json_put_str(out, "kind", "ClusterOperation");
	json_put_str(out, "name", t->op->name);
	json_put_str(out, "uid", t->op->uid);
	json_close(out);
	json_close_array(out);
}

static void
put_metadata(const struct task *t, struct json_out *out, const struct cJSON *metadata, const char *name)
{
	static const char *const ours[] = {"name", "labels", "ownerReferences"};

	json_open(out, "metadata");
	json_put_str(out, "name", name);
	JSON_EACH (member, metadata) {
		bool mine = false;

		for (size_t i = 0; i < ARRAY_LEN(ours) && !mine; i++)
			mine = strcmp(json_key(member), ours[i]) == 0;
		if (!mine)
			put_value(out, json_key(member), member);
	}
	put_labels(t, out, json_get(metadata, "labels"));
	put_owner(t, out, metadata);
	json_close(out);
}

const struct cJSON *
kube_own(struct task *t, const struct cJSON *manifest, const char *name)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&text);

	json_open(&out, NULL);
	JSON_EACH (member, manifest) {
		if (strcmp(json_key(member), "metadata") == 0)
			put_metadata(t, &out, member, name);
		else
			put_value(&out, json_key(member), member);
	}
	json_close(&out);
	return kube_keep(t, json_parse(buf_str(&text), text.len, NULL));
}
