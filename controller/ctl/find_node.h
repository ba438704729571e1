/* A node among those of all target clusters, as a person names it. Pure, but for what asks DNS. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct cJSON;
struct loop;

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
/* The addresses of nodes without a name of their own that DNS, and /etc/hosts, call 'name', or 'name' in some domain; at most
 * 'most', owned each. All are asked at once, and what has not answered within two seconds is left. */
size_t find_node_reverse(struct loop *loop, const struct cJSON *clusters, const char *cluster, const char *name, char **ret,
    size_t most);
/* Is 'full', such as "db-a-1.example.com.", meant by 'name': whole, or without its domain? Case does not matter. */
bool find_node_is_called(const char *full, const char *name);
