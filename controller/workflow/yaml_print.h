/* JSON as YAML that a person would write: block style, quotes only where a reader could take the text for something else. */
#pragma once

#include "buf.h"

struct cJSON;

void yaml_print(const struct cJSON *value, struct buf *out);
/* A member of a mapping, whole lines: "key: value", or what is in it below. 'inside_item': it stands behind "- ". */
void yaml_print_member(const char *key, const struct cJSON *value, int indent, bool inside_item, struct buf *out);
