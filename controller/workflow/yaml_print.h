/* JSON as YAML that a person would write: block style, quotes only where a reader could take the text for something else. */
#pragma once

#include "buf.h"

struct cJSON;

void yaml_print(const struct cJSON *value, struct buf *out);
