/* One hash for everything that needs one: fingerprints, plan hashes, jitter, digests. 64 bits, stable across builds
 * and machines (it is in journals), not meant against an adversary. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_SEED UINT64_C(0xcbf29ce484222325)
enum { HASH_TEXT = 17 };

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
uint64_t hash_str(uint64_t seed, const char *text);
uint64_t hash_u64(uint64_t seed, uint64_t value);
/* 16 lower-case hex digits; 'text' holds HASH_TEXT bytes and is returned. */
char *hash_text(uint64_t hash, char *text);
