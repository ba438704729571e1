/* A service that a TargetCluster names by its URL: {url: http://prometheus:9090}. */
#pragma once

#include "field.h"

/* Absent: *ret stays. Owned, without slashes at its end. */
int target_service_read(const struct field *service, char **ret, struct err *err);
