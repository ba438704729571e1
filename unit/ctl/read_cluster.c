#include "read_cluster.h"

#include <string.h>

#include "check.h"

struct plan_cluster
read_cluster(const char *text)
{
	struct plan_cluster cluster = {0};
	struct err err = {""};
	struct cJSON *object = plan_cluster_parse(text, strlen(text), NULL, &err);

	if (!object || plan_cluster_read(&cluster, object, &err) < 0)
		CHECK_FAIL("%s\n%s", err.text, text);
	return cluster;
}
