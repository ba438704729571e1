/* Standard base64, as kubeconfig files and Secrets carry it. */
#pragma once

#include <stddef.h>

/* Decoded, owned, NUL-terminated, '*ret_len' bytes; white space is skipped. NULL when it is none. */
char *base64_decode(const char *text, size_t *ret_len);
/* Owned. */
char *base64_encode(const void *bytes, size_t len);
