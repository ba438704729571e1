/* What Scylla's REST answers mean: paths, plain values, error texts. Pure. Facts: scylla.md §1.1, §1.5, C. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCYLLA_MODE "/storage_service/operation_mode"
#define SCYLLA_GOSSIPING "/storage_service/gossiping"
#define SCYLLA_LIVE "/gossiper/endpoint/live"
#define SCYLLA_HOST_IDS "/storage_service/host_id"
#define SCYLLA_CLUSTER_NAME "/storage_service/cluster_name"
#define SCYLLA_SCHEMA_VERSION "/storage_service/schema_version"
#define SCYLLA_JOINING "/storage_service/nodes/joining"
#define SCYLLA_LEAVING "/storage_service/nodes/leaving"
#define SCYLLA_KEYSPACES "/storage_service/keyspaces?type=non_local_strategy"
#define SCYLLA_USER_KEYSPACES "/storage_service/keyspaces?type=user"
#define SCYLLA_DESCRIBE_RING "/storage_service/describe_ring/"      /* + keyspace */
#define SCYLLA_TABLET_KEYSPACES "/storage_service/keyspaces?replication=tablets"
#define SCYLLA_VNODE_KEYSPACES "/storage_service/keyspaces?replication=vnodes"
#define SCYLLA_TABLES "/column_family/name"                          /* "keyspace:table" */
#define SCYLLA_TOKENS "/storage_service/tokens"
#define SCYLLA_TOKENS_ENDPOINT "/storage_service/tokens_endpoint"
#define SCYLLA_TABLET_TASKS "/task_manager/list_module_tasks/tablets"
#define SCYLLA_DATACENTER "/snitch/datacenter?host="                 /* + address */
#define SCYLLA_RACK "/snitch/rack?host="                             /* + address */
#define SCYLLA_GENERATION "/storage_service/generation_number"
#define SCYLLA_NATIVE_TRANSPORT "/storage_service/native_transport"
#define SCYLLA_DRAIN "/storage_service/drain"
#define SCYLLA_RELEASE_VERSION "/storage_service/scylla_release_version"
#define SCYLLA_PENDING_COMPACTIONS "/compaction_manager/metrics/pending_tasks"

/* A JSON string answer without its quotes into 'ret' (cut at 'size'); false when it is none. */
bool scylla_string(const char *body, size_t len, char *ret, size_t size);
bool scylla_integer(const char *body, size_t len, int64_t *ret);
/* When the node's process began, in Unix seconds. What is of another century is none: half an answer has fewer digits. */
bool scylla_generation(const char *body, size_t len, int64_t *ret);
bool scylla_boolean(const char *body, size_t len, bool *ret);
/* The strings of a JSON array, NULL-ended, owned (free each, then the array); NULL when it is none. */
char **scylla_strings(const char *body, size_t len);
void scylla_strings_free(char **strings);

/* Percent-encoded as a part of a path or a query: Alternator's tables have ':' and '!' in their names. Owned. */
char *scylla_escape(const char *text);

/* What an error answer asks for. */
enum scylla_error {
	SCYLLA_ERROR_UNKNOWN,       /* not in the catalogue: retry as the workflow says */
	SCYLLA_ERROR_ADOPT,         /* the very operation is already running: watch it */
	SCYLLA_ERROR_RETRY,         /* another operation holds the lock, or the node is not ready yet */
	SCYLLA_ERROR_HALT,          /* a person is needed */
};
/* 'operation' is the one that was asked for, as Scylla names it ("drain"). 'message' may be NULL; it gets the error's
 * own text, cut at 'size'. */
enum scylla_error scylla_error_class(int status, const char *body, size_t len, const char *operation, char *message,
    size_t size);
