#include "find_node.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "json.h"
#include "nearest.h"

struct search {
	const char *name;
	char *const *addresses;
	size_t naddresses;
	size_t hits;
	struct found_node found[2];      /* the first two */
	const char *found_at[2];         /* their addresses */
	struct nearest nearest;
};

bool
find_node_is_called(const char *full, const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || strncasecmp(full, name, len) != 0)
		return false;
	/* Of an address a part is no name. */
	return full[len] == '\0' || (full[len] == '.' && name[strspn(name, "0123456789.")]);
}

static bool
is_meant(const struct search *s, const char *name, const char *address)
{
	if (find_node_is_called(name, s->name) || strcmp(address, s->name) == 0)
		return true;
	for (size_t i = 0; i < s->naddresses; i++)
		if (strcmp(address, s->addresses[i]) == 0)
			return true;
	return false;
}

static void
offer(struct search *s, const char *cluster, const struct cJSON *node)
{
	const char *name = json_str_or(node, "name", ""), *address = json_str_or(node, "address", "");

	nearest_offer(&s->nearest, name);
	if (!is_meant(s, name, address))
		return;
	/* The inventory and the ring both name it. */
	for (size_t i = 0; i < s->hits && i < ARRAY_LEN(s->found); i++)
		if (strcmp(s->found[i].cluster, cluster) == 0 && strcmp(s->found[i].name, name) == 0)
			return;
	if (s->hits < ARRAY_LEN(s->found)) {
		s->found[s->hits] = (struct found_node){cluster, name};
		s->found_at[s->hits] = address;
	}
	s->hits++;
}

static int
refuse_two(const struct search *s, struct err *err)
{
	const struct found_node *a = &s->found[0], *b = &s->found[1];

	if (strcmp(a->cluster, b->cluster) == 0)
		return err_set(err, "\"%s\" is two nodes of %s: %s and %s; name one of them", s->name, a->cluster, a->name,
		    b->name);
	return err_set(err, "\"%s\" is a node of %zu target clusters: %s (%s at %s) and %s (%s at %s); say which by --cluster",
	    s->name, s->hits, a->cluster, a->name, s->found_at[0], b->cluster, b->name, s->found_at[1]);
}

int
find_node(const struct cJSON *clusters, const char *cluster, const char *name, char *const *addresses,
    size_t naddresses, struct found_node *ret, struct err *err)
{
	struct search s = {.name = name, .addresses = addresses, .naddresses = naddresses, .nearest = NEAREST_INIT(name)};
	char hint[NEAREST_TEXT];
	size_t looked = 0;

	JSON_EACH(target, json_get(clusters, "items")) {
		const char *of = json_str_or(json_get(target, "metadata"), "name", "");

		if (cluster && strcmp(of, cluster) != 0)
			continue;
		looked++;
		JSON_EACH(node, json_path(target, "spec", "nodes", NULL))
			offer(&s, of, node);
		JSON_EACH(node, json_path(target, "status", "members", NULL))
			offer(&s, of, node);
	}
	*ret = s.found[0];
	if (s.hits == 1)
		return 0;
	if (s.hits > 1)
		return refuse_two(&s, err);
	if (cluster && looked == 0)
		return err_set(err, "there is no TargetCluster \"%s\"", cluster);
	return err_set(err, "no node of %s%s is called \"%s\", or has that address%s", cluster ? cluster : "any target cluster",
	    cluster ? "" : " here", name, nearest_text(&s.nearest, hint));
}

size_t
find_node_addresses(const char *name, char **ret, size_t most)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	char address[NI_MAXHOST];
	size_t count = 0;

	if (getaddrinfo(name, NULL, &hints, &list))
		return 0;
	for (struct addrinfo *at = list; at && count < most; at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) == 0)
			ret[count++] = xstrdup(address);
	freeaddrinfo(list);
	return count;
}
