/* A node among those of all target clusters, as a person names it. Pure, but for find_node_addresses(). */
#pragma once

#include <stddef.h>

#include "err.h"

struct cJSON;

/* Borrowed from the list. */
struct found_node {
	const char *cluster;
	const char *name;        /* as plans and targets name it */
};

/* 'clusters' is a list of TargetClusters, of which only 'cluster' counts unless it is NULL; a node is called 'name', or
 * has one of the counted 'addresses'.
 * -1: there is none, then ret->cluster is NULL; or there are two, and both are
 * named. */
int find_node(const struct cJSON *clusters, const char *cluster, const char *name, char *const *addresses,
    size_t naddresses, struct found_node *ret, struct err *err);
/* What DNS, and /etc/hosts, know of 'name'; at most 'most', owned each. */
size_t find_node_addresses(const char *name, char **ret, size_t most);
