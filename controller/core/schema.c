/* Do the CRDs know all the fields that this build writes and reads? Each carries its schema's version as an annotation. An
 * older one would prune; a newer one serves, for within v1alpha1 fields are only added: so the CRDs go first in an upgrade, and
 * stay in a roll-back. A server that does not let us look is believed. */
#include "informer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "object.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { CRDS = 3, AGAIN_MS = 3000 };

static void
again(struct core *core, void *owner)
{
	(void)owner;
	schemas_compare(core);
}

static void
round_ends(struct core *core)
{
	struct schemas *schemas = &core->informers.schemas;

	if (!schemas->wrong)
		return;
	if (schemas->found) {
		timer_arm(&core->timers, &schemas->again, core->now.up_ms + AGAIN_MS, again, NULL);
		return;
	}
	schemas->wrong = false;
	say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "the CRDs fit now");
	ops_kick(core);
}

/* What is no number is older than any. */
static bool
is_enough(const char *installed, const char *needed)
{
	return strtol(installed, NULL, 10) >= strtol(needed, NULL, 10);
}

static void
judge(struct core *core, const char *plural, const struct event *event)
{
	CLEANUP_JSON struct cJSON *crd = NULL;
	const char *version;

	if (event->outcome != OUTCOME_ANSWERED || event->status != 200)
		return;
	crd = json_parse(event->body, event->len, NULL);
	version = json_str_or(json_path(crd, "metadata", "annotations", NULL), CRD_SCHEMA_ANNOTATION, "none");
	if (is_enough(version, core->config.crd_version))
		return;
	core->informers.schemas.found = true;
	if (!core->informers.schemas.wrong)     /* said once, not in each round */
		say(core, LOG_LEVEL_ERROR, NULL, NULL, NULL, "reason=%s the CRD %s has schema version %s, this controller "
		    "needs %s: install the CRDs of this release", REASON_SchemaMismatch, plural, version,
		    core->config.crd_version);
	core->informers.schemas.wrong = true;
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	(void)arg;
	judge(core, owner, event);
	if (--core->informers.schemas.asked == 0)
		round_ends(core);
}

void
schemas_compare(struct core *core)
{
	static const char *const plurals[CRDS] = {"clusteroperations", "targetclusters", "workflows"};

	if (!core->config.crd_version)
		return;
	core->informers.schemas.found = false;
	core->informers.schemas.asked = CRDS;
	for (size_t i = 0; i < CRDS; i++)
		kube_request(core, "GET", xasprintf("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/%s.strait.dev",
		    plurals[i]), NULL, NULL, answered, (void *)plurals[i], 0);
}
