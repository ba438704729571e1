/* A cluster as straitctl plan reads it of a file, for tests. */
#pragma once

#include "plan_cluster.h"

/* Of YAML; what cannot be read fails the test. */
struct plan_cluster read_cluster(const char *text);
