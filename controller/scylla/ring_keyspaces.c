/* Which keyspaces there are. */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "ring_private.h"

struct ring_keyspace *
ring_keyspace_at(struct ring *ring, const char *name)
{
	struct ring_keyspace *at;
	size_t i = 0;

	while (i < ring->nkeyspaces && strcmp(ring->keyspaces[i].name, name) < 0)
		i++;
	if (i < ring->nkeyspaces && !strcmp(ring->keyspaces[i].name, name))
		return &ring->keyspaces[i];
	ring->keyspaces = xreallocarray(ring->keyspaces, ring->nkeyspaces + 1, sizeof *ring->keyspaces);
	at = &ring->keyspaces[i];
	memmove(at + 1, at, (ring->nkeyspaces - i) * sizeof *at);
	ring->nkeyspaces++;
	memset(at, 0, sizeof *at);
	memcpy(at->name, name, strlen(name));
	return at;
}

void
ring_forget_ranges(struct ring *ring)
{
	for (size_t i = 0; i < ring->nkeyspaces; i++)
		ring_keyspace_drop(&ring->keyspaces[i]);
	free(ring->keyspaces);
	ring->keyspaces = NULL;
	ring->nkeyspaces = 0;
	for (size_t i = 0; i < ring->nmembers; i++)
		ring->members[i].tokenless = false;
	ring->owners_known = false;
}

static bool
is_listed(char *const *names, const char *name)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

static int
check_names(char *const *names, const char *kind, struct err *err)
{
	if (!names)
		return err_set(err, "the list of %s keyspaces cannot be read: expected an array of strings", kind);
	for (; *names; names++) {
		if ((*names)[0] == '\0' || strlen(*names) >= RING_KEYSPACE)
			return err_set(err, "the list of %s keyspaces: \"%.80s\" is no keyspace's name", kind, *names);
	}
	return 0;
}

static void
forget_unlisted(struct ring *ring, char *const *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		if (is_listed(names, ring->keyspaces[i].name))
			ring->keyspaces[kept++] = ring->keyspaces[i];
		else
			ring_keyspace_drop(&ring->keyspaces[i]);
	}
	ring->nkeyspaces = kept;
}

static int
set_keyspaces(struct ring *ring, char *const *all, char *const *user, struct err *err)
{
	if (check_names(all, "non-local", err) < 0 || check_names(user, "user", err) < 0)
		return -1;
	if (!*all)
		return err_set(err, "the list of non-local keyspaces is empty");
	forget_unlisted(ring, all);
	for (char *const *name = all; *name; name++)
		ring_keyspace_at(ring, *name)->user = is_listed(user, *name);
	return 0;
}

int
ring_set_keyspaces(struct ring *ring, const char *all, size_t all_len, const char *user, size_t user_len,
    struct err *err)
{
	char **names = scylla_strings(all, all_len);
	char **users = scylla_strings(user, user_len);
	int status = set_keyspaces(ring, names, users, err);

	scylla_strings_free(names);
	scylla_strings_free(users);
	return status;
}
