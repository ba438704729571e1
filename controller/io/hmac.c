#include "hmac.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 64, DIGEST = 32 };

struct sha256 {
	uint32_t state[8];
	uint64_t length;                 /* bytes so far */
	unsigned char block[BLOCK];
};

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
rotated(uint32_t word, unsigned by)
{
	return word >> by | word << (32 - by);
}

static void
expand(const unsigned char *block, uint32_t words[64])
{
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		    (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = words[i - 15], b = words[i - 2];

		words[i] = words[i - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) + words[i - 7] +
		    (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
	}
}

static void
compress(struct sha256 *sha)
{
	uint32_t words[64], s[8];

	expand(sha->block, words);
	memcpy(s, sha->state, sizeof s);
	for (size_t i = 0; i < 64; i++) {
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]), majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		uint32_t one = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) + choice + constants[i] +
		    words[i];
		uint32_t two = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) + majority;

		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += one;
		s[0] = one + two;
	}
	for (size_t i = 0; i < 8; i++)
		sha->state[i] += s[i];
}

static void
begin(struct sha256 *sha)
{
	*sha = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	    0x1f83d9ab, 0x5be0cd19}};
}

static void
add(struct sha256 *sha, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len--) {
		sha->block[sha->length++ % BLOCK] = *at++;
		if (sha->length % BLOCK == 0)
			compress(sha);
	}
}

static void
end(struct sha256 *sha, unsigned char ret[DIGEST])
{
	uint64_t bits = sha->length * 8;
	unsigned char size[8];

	for (size_t i = 0; i < sizeof size; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	add(sha, "\x80", 1);
	while (sha->length % BLOCK != BLOCK - sizeof size)
		add(sha, "", 1);
	add(sha, size, sizeof size);
	for (size_t i = 0; i < DIGEST; i++)
		ret[i] = (unsigned char)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

static void
hash(const unsigned char pad[BLOCK], const void *text, size_t len, unsigned char ret[DIGEST])
{
	struct sha256 sha;

	begin(&sha);
	add(&sha, pad, BLOCK);
	add(&sha, text, len);
	end(&sha, ret);
	explicit_bzero(&sha, sizeof sha);
}

void
hmac_sha256(const void *key, size_t key_len, const void *text, size_t len, char *ret)
{
	unsigned char inner[BLOCK] = {0}, outer[BLOCK], digest[DIGEST];
	struct sha256 sha;

	if (key_len > BLOCK) {
		begin(&sha);
		add(&sha, key, key_len);
		end(&sha, inner);
	} else {
		memcpy(inner, key, key_len);
	}
	for (size_t i = 0; i < BLOCK; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	hash(inner, text, len, digest);
	hash(outer, digest, sizeof digest, digest);
	for (size_t i = 0; i < DIGEST; i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	explicit_bzero(inner, sizeof inner);
	explicit_bzero(outer, sizeof outer);
}
