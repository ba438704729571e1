/* HMAC-SHA256 (RFC 2104, FIPS 180-4), by which a receiver knows that a message is ours. */
#pragma once

#include <stddef.h>

enum { HMAC_TEXT = 65 };

/* 64 lower-case hex digits; 'ret' holds HMAC_TEXT bytes. */
void hmac_sha256(const void *key, size_t key_len, const void *text, size_t len, char *ret);
