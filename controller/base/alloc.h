/* Memory that cannot fail: a controller that is out of memory stops, and its journal brings it back.
 * Every function aborts instead of returning NULL. Free with free(). */
#pragma once

#include <stddef.h>
#include <stdlib.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Room for 'count' elements of 'size' bytes; aborts on overflow. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
/* As xstrdup; NULL stays NULL. */
char *xstrdup_or_null(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An owned local: declare it with this and it is freed when it leaves scope. */
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))

static inline void
cleanup_free(void *at)
{
	free(*(void **)at);
}

/* Give an owned pointer away: the value, with the variable cleared. */
#define TAKE_PTR(var) (__extension__({ __auto_type take_ = (var); (var) = NULL; take_; }))

/* One more element at the end of a counted array; the element is zeroed and its address returned. */
#define ARRAY_GROW(array, count) \
	((array) = xreallocarray((array), (count) + 1, sizeof *(array)), \
	    (array)[(count)] = (__typeof__(*(array))){0}, &(array)[(count)++])

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
