#include "api_steps.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "json.h"

enum { OPERATIONS = 3, LEASES = 2 };

#define JSON "application/json"
#define JSON_PATCH "application/json-patch+json"
#define MERGE "application/merge-patch+json"
#define APPLY "application/apply-patch+yaml"
#define OURS "strait.dev/operation"

size_t
draw(struct steps *f, size_t below)
{
	f->chance ^= f->chance << 13;
	f->chance ^= f->chance >> 7;
	f->chance ^= f->chance << 17;
	return (size_t)(f->chance % below);
}

/* --- operations --- */

static const char *
some_operation(struct steps *f)
{
	static const char *const names[OPERATIONS] = {"one", "two", "three"};

	return names[draw(f, OPERATIONS)];
}

static void
create(struct steps *f, const char *name)
{
	CLEANUP_FREE char *body = xasprintf("{\"apiVersion\":\"strait.dev/v1alpha1\",\"kind\":\"ClusterOperation\","
	    "\"metadata\":{\"name\":\"%s\"},\"spec\":{\"cluster\":\"x\",\"workflow\":\"w\",\"suspend\":false}}", name);

	pair_hand(f->pair, "POST", f->operations, JSON, body, 201);
	api_create(f->pair->model, KIND_OPERATION, f->pair->namespace_, name, "\"spec\":{\"suspend\":false}");
}

/* Always a change: the first write of all stores the status' default, even if it is none otherwise. */
static void
edit(struct steps *f, const char *name)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s", f->operations, name), *body = NULL, *content = NULL;
	const struct api_object *o = api_find(f->pair->model, KIND_OPERATION, f->pair->namespace_, name);
	const char *suspend = strstr(o->content, "true") ? "false" : "true";

	body = xasprintf("{\"spec\":{\"suspend\":%s}}", suspend);
	content = xasprintf("\"spec\":{\"suspend\":%s}", suspend);
	pair_hand(f->pair, "PATCH", path, MERGE, body, 200);
	api_replace(f->pair->model, KIND_OPERATION, f->pair->namespace_, name, content);
}

static void
remove_operation(struct steps *f, const char *name)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s", f->operations, name);

	pair_hand(f->pair, "DELETE", path, JSON, "", 200);
	f->pair->model->wall_ms = 1;
	api_delete(f->pair->model, KIND_OPERATION, f->pair->namespace_, name);
}

static void
create_or_remove(struct steps *f, const char *name)
{
	if (api_find(f->pair->model, KIND_OPERATION, f->pair->namespace_, name))
		remove_operation(f, name);
	else
		create(f, name);
}

static void
patch_finalizers(struct steps *f, const char *name)
{
	static const char *const patches[] = {
		"[{'op':'test','path':'/metadata/uid','value':'@uid@'},"
		"{'op':'add','path':'/metadata/finalizers','value':['" OURS "']}]",
		"[{'op':'test','path':'/metadata/uid','value':'@uid@'},"
		"{'op':'add','path':'/metadata/finalizers/-','value':'" OURS "'}]",
		"[{'op':'test','path':'/metadata/uid','value':'another'},"
		"{'op':'add','path':'/metadata/finalizers','value':['" OURS "']}]",
		"[{'op':'add','path':'/metadata/finalizers/-','value':'example.org/other'}]",
		"[{'op':'add','path':'/metadata/finalizers','value':['example.org/other','" OURS "']}]",
		"[{'op':'test','path':'/metadata/finalizers/0','value':'" OURS "'},"
		"{'op':'remove','path':'/metadata/finalizers/0'}]",
		"[{'op':'test','path':'/metadata/finalizers/1','value':'" OURS "'},"
		"{'op':'remove','path':'/metadata/finalizers/1'}]",
		"[{'op':'test','path':'/metadata/finalizers/0','value':'example.org/other'},"
		"{'op':'remove','path':'/metadata/finalizers/0'}]",
		"[{'op':'test','path':'/metadata/resourceVersion','value':'@version@'},"
		"{'op':'remove','path':'/metadata/finalizers'}]",
		"[{'op':'test','path':'/metadata/resourceVersion','value':'@stale@'},"
		"{'op':'remove','path':'/metadata/finalizers'}]",
		"[{'op':'remove','path':'/metadata/finalizers/7'}]",
	};
	CLEANUP_FREE char *path = xasprintf("%s/%s", f->operations, name);
	CLEANUP_FREE char *body = xstrdup(patches[draw(f, ARRAY_LEN(patches))]);

	for (char *at = body; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	pair_ask(f->pair, name, "PATCH", path, JSON_PATCH, body);
}

/* All of them, always: as the controller does. */
static void
put_conditions(struct steps *f, struct json_out *out)
{
	static const char *const types[] = {"Ready", "Stalled"};

	json_open_array(out, "conditions");
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		json_open(out, NULL);
		json_put_str(out, "type", types[i]);
		json_put_str(out, "status", draw(f, 2) ? "True" : "False");
		json_put_str(out, "lastTransitionTime", "2026-11-21T10:00:00Z");
		json_put_str(out, "reason", "Because");
		json_put_str(out, "message", "");
		json_close(out);
	}
	json_close_array(out);
}

static void
put_status(struct steps *f, struct json_out *out, bool whole)
{
	static const char *const phases[] = {"Running", "Paused", "Frozen"};

	json_open(out, "status");
	if (draw(f, 8))
		json_put_int(out, "observedGeneration", (int64_t)draw(f, 3));
	if (draw(f, 2))
		json_put_str(out, "phase", phases[draw(f, ARRAY_LEN(phases))]);
	if (draw(f, 2))
		json_put_str(out, "message", draw(f, 2) ? "db-a-1 is draining" : "");
	if (draw(f, 3) == 0)
		json_put_raw(out, "nodesHeldDown", draw(f, 2) ? "[\"db-a-1\"]" : "[]");
	if (whole || draw(f, 3) == 0)
		put_conditions(f, out);
	json_close(out);
}

/* A precondition of the write, or none. */
static void
put_version(struct steps *f, struct json_out *out)
{
	size_t version = draw(f, 6);

	json_put_str(out, "resourceVersion", version == 0 ? NULL : version == 1 ? "@stale@" : "@version@");
}

static void
apply_status(struct steps *f, const char *name)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s/status%s", f->operations, name,
	    draw(f, 20) ? "?fieldManager=strait-controller&force=true" : "");
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);
	size_t uid = draw(f, 6);

	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", draw(f, 30) ? "strait.dev/v1alpha1" : NULL);
	json_put_str(&out, "kind", "ClusterOperation");
	json_open(&out, "metadata");
	json_put_str(&out, "name", draw(f, 30) ? name : "somebody-else");
	json_put_str(&out, "namespace", f->pair->namespace_);
	json_put_str(&out, "uid", uid == 0 ? NULL : uid == 1 ? "of-another-life" : "@uid@");
	put_version(f, &out);
	json_close(&out);
	put_status(f, &out, true);
	json_close(&out);
	pair_ask(f->pair, name, "PATCH", path, APPLY, buf_str(&body));
}

static void
merge_status(struct steps *f, const char *name)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s/status?fieldManager=strait-controller", f->operations, name);
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);

	json_open(&out, NULL);
	json_open(&out, "metadata");
	put_version(f, &out);
	json_close(&out);
	put_status(f, &out, false);
	json_close(&out);
	pair_ask(f->pair, name, "PATCH", path, MERGE, buf_str(&body));
}

/* --- lists --- */

/* Page by page, and sometimes somebody writes between two: the pages are of the moment of the first. */
static void
list_in_pages(struct steps *f)
{
	CLEANUP_FREE char *first = xasprintf("%s?limit=%zu", f->operations, 1 + draw(f, OPERATIONS)), *next = NULL;

	next = xasprintf("%s&continue=@token@", first);
	pair_ask(f->pair, NULL, "GET", first, NULL, NULL);
	while (*f->pair->token[REAL]) {
		CHECK(*f->pair->token[MODEL]);
		if (draw(f, 3) == 0)
			create_or_remove(f, some_operation(f));
		pair_ask(f->pair, NULL, "GET", next, NULL, NULL);
	}
}

static void
list_selected(struct steps *f)
{
	static const char *const selectors[] = {"metadata.name%3Dtwo", "metadata.name=none", "spec.cluster%3Dx",
	    "status.phase=Running"};
	CLEANUP_FREE char *path = xasprintf("%s?fieldSelector=%s", f->operations, selectors[draw(f, ARRAY_LEN(selectors))]);

	pair_ask(f->pair, NULL, "GET", path, NULL, NULL);
}

/* --- Leases --- */

static void
put_lease(struct steps *f, const char *name, bool create)
{
	CLEANUP_FREE char *path = xasprintf("%s%s%s", f->leases, create ? "" : "/", create ? "" : name);
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);
	size_t version = draw(f, 6), uid = draw(f, 8);

	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", "coordination.k8s.io/v1");
	json_put_str(&out, "kind", "Lease");
	json_open(&out, "metadata");
	json_put_str(&out, "name", name);
	json_put_str(&out, "namespace", f->pair->namespace_);
	if (!create)
		json_put_str(&out, "resourceVersion", version == 0 ? NULL : version == 1 ? "@stale@" : "@version@");
	if (!create)
		json_put_str(&out, "uid", uid < 3 ? NULL : uid == 3 ? "of-another-life" : "@uid@");
	json_open(&out, "labels");
	json_put_str(&out, "strait.dev/lease", strcmp(name, "lease-0") == 0 ? "strait" : "another");
	if (draw(f, 2))
		json_put_str(&out, "app", draw(f, 2) ? "a" : "b");
	json_close(&out);
	json_close(&out);
	json_open(&out, "spec");
	json_put_str(&out, "holderIdentity", draw(f, 3) ? "a" : "b");
	json_put_int(&out, "leaseDurationSeconds", 1 + (int64_t)draw(f, 2));
	json_put_str(&out, "renewTime", draw(f, 2) ? "2026-11-21T10:00:00.000000Z" : "2026-11-21T10:00:01.000000Z");
	json_put_int(&out, "leaseTransitions", (int64_t)draw(f, 2));
	json_close(&out);
	json_close(&out);
	pair_ask(f->pair, name, create ? "POST" : "PUT", path, JSON, buf_str(&body));
}

void
step_lease(struct steps *f)
{
	const char *name = draw(f, LEASES) ? "lease-1" : "lease-0";
	CLEANUP_FREE char *path = xasprintf("%s/%s", f->leases, name);
	CLEANUP_FREE char *ours = xasprintf("%s?labelSelector=strait.dev/lease%%3Dstrait", f->leases);

	switch (draw(f, 8)) {
	case 0:
		put_lease(f, name, true);
		break;
	case 1:
		pair_ask(f->pair, name, "DELETE", path, NULL, NULL);
		break;
	case 2:
		pair_ask(f->pair, NULL, "GET", ours, NULL, NULL);
		break;
	case 3:
		pair_ask(f->pair, name, "GET", path, NULL, NULL);
		break;
	default:
		put_lease(f, name, false);
		break;
	}
}

void
step_operation(struct steps *f)
{
	const char *name = some_operation(f);
	CLEANUP_FREE char *path = xasprintf("%s/%s", f->operations, name);

	switch (draw(f, 12)) {
	case 0:
		create_or_remove(f, name);
		break;
	case 1:
		if (api_find(f->pair->model, KIND_OPERATION, f->pair->namespace_, name))
			edit(f, name);
		break;
	case 2:
		list_in_pages(f);
		break;
	case 3:
		list_selected(f);
		break;
	case 4:
	case 5:
		merge_status(f, name);
		break;
	case 6:
	case 7:
	case 8:
		apply_status(f, name);
		break;
	default:
		patch_finalizers(f, name);
		break;
	}
	pair_ask(f->pair, name, "GET", path, NULL, NULL);
}
