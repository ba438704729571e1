/* What an author's remember() keeps: of a step, or of a lane over all its steps. Persistent. */
#pragma once

enum { MEMORY_KEY = 40, MEMORY_VALUE = 512 };

struct memory {
	char key[MEMORY_KEY];
	char *value;
};
