#include "carry.h"

#include <string.h>

enum { SECRET_MIN = 12 };

static void
mask(char *text, size_t len, const char *word, size_t size)
{
	for (char *at = text; (at = memmem(at, len - (size_t)(at - text), word, size)); at += size)
		memset(at, '*', size);
}

/* What makes a hook's URL a secret is a long word in its path or query; host and short words are not. */
void
mask_url(char *text, size_t len, const char *url)
{
	const char *at = strstr(url, "://");

	at = at ? at + 3 : url;
	at += strcspn(at, "/?");
	while (*at) {
		size_t size = strcspn(at, "/?&=#");

		if (size >= SECRET_MIN)
			mask(text, len, at, size);
		at += size;
		at += *at != '\0';
	}
}
