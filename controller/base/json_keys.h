/* The keys of the objects that a scan is inside of: whether an object has one twice. For json_scan.c alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define JSON_KEY_SEED UINT64_C(0xcbf29ce484222325)

/* Of one key, without its escapes: its hash, byte by byte. */
static inline uint64_t
json_key_hash(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * UINT64_C(0x100000001b3);
}

/* Of all open objects, the innermost one's last. All zero: none. */
struct json_keys {
	struct json_key *list;
	size_t count, room;
};

/* 'at': where its first quote is. */
void json_keys_add(struct json_keys *keys, uint64_t hash, size_t at);
/* The innermost object, whose keys are those from 'first' on, is complete; they go. -1 when two are equal. */
int json_keys_close(struct json_keys *keys, size_t first, const char *text, size_t len, struct err *err);
void json_keys_done(struct json_keys *keys);
