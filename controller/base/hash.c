#include "hash.h"

#include <string.h>

/* FNV-1a, then MurmurHash3's finaliser: FNV alone leaves the high bits poor on short texts, and mixing after each
 * piece keeps "ab","c" apart from "a","bc". */
static uint64_t
mixed(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

uint64_t
hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint64_t h = seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	return mixed(h);
}

uint64_t
hash_str(uint64_t seed, const char *text)
{
	return hash_bytes(seed, text, strlen(text));
}

uint64_t
hash_u64(uint64_t seed, uint64_t value)
{
	unsigned char bytes[8];

	/* One order on every machine: hashes lie in journals. */
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	return hash_bytes(seed, bytes, sizeof bytes);
}

char *
hash_text(uint64_t hash, char *text)
{
	for (int i = 0; i < HASH_TEXT - 1; i++)
		text[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	text[HASH_TEXT - 1] = '\0';
	return text;
}
