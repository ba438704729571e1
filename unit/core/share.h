/* One replica of a fleet that is divided into SHARE_SHARDS shards, on the desk. */
#pragma once

#include "desk.h"

enum { SHARE_LEASE_MS = 15000, SHARE_SHARDS = 6 };

#define SHARE_LEASES "/apis/coordination.k8s.io/v1/namespaces/strait-system/leases"

struct desk share_open(const char *identity);
/* The object of another one's sign of life, renewed for the n-th time. Owned. */
char *share_presence(const char *identity, int renewed, int version, const char *shards);
/* A shard's Lease, as the API server has it. Owned. */
char *share_lease(size_t i, const char *holder, int version);
void share_watch_says(struct desk *desk, const char *type, const char *object);
/* Another one's sign of life is seen. */
void share_show(struct desk *desk, const char *identity, int renewed, const char *shards);
/* Its own is written and seen, and it is alone. */
void share_come_to_life(struct desk *desk);
/* It competes for every shard that it is dealt: answer as if each Lease were free. */
void share_get_what_is_dealt(struct desk *desk);
