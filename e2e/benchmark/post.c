/* For e2e/bench: POSTs each line of its input to a URL of the API server, on one connection, and says when the reply
 * was there: "SENT REPLIED STATUS", both in microseconds of the wall clock.
 *
 *	post URL CA-FILE TOKEN <bodies
 *
 * kubectl's own start would take a hundred times longer than what is measured. */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEADER_MAX = 4096, USAGE = 2 };

static int64_t
wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static size_t
drop(char *data, size_t size, size_t count, void *user)
{
	(void)data, (void)user;
	return size * count;
}

static CURL *
prepare(char **argv, struct curl_slist **headers)
{
	char authorization[HEADER_MAX];
	CURL *curl = curl_easy_init();

	snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", argv[3]);
	*headers = curl_slist_append(NULL, authorization);
	*headers = curl_slist_append(*headers, "Content-Type: application/json");
	*headers = curl_slist_append(*headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
	return curl;
}

int
main(int argc, char **argv)
{
	struct curl_slist *headers;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	CURL *curl;

	if (argc != 4) {
		fputs("usage: post URL CA-FILE TOKEN <bodies\n", stderr);
		return USAGE;
	}
	curl = prepare(argv, &headers);
	while ((len = getline(&line, &size, stdin)) > 0) {
		int64_t sent = wall_us();
		long status = 0;
		CURLcode rc;

		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, line);
		rc = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		printf("%" PRId64 " %" PRId64 " %ld\n", sent, wall_us(), status);
		fflush(stdout);
		if (rc)
			fprintf(stderr, "post: %s\n", curl_easy_strerror(rc));
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	free(line);
	return 0;
}
