/* What a plain (unquoted) YAML scalar is. */
#pragma once

enum yaml_scalar {
	YAML_SCALAR_STRING,
	YAML_SCALAR_NULL,
	YAML_SCALAR_TRUE,
	YAML_SCALAR_FALSE,
	YAML_SCALAR_NUMBER,       /* and a JSON number as it stands */
	YAML_SCALAR_UNCLEAR,      /* a number to some readers, or to all of them but not to JSON */
};

enum yaml_scalar yaml_scalar_of(const char *text);
