/* Random steps against the API server's model and a real one: what Strait asks, and what users' hands do between. */
#pragma once

#include "api_pair.h"

struct steps {
	struct pair *pair;
	char operations[160], leases[160];      /* the collections' paths */
	uint64_t chance;
	size_t step, refused, told;
};

void step_operation(struct steps *f);
void step_lease(struct steps *f);
size_t draw(struct steps *f, size_t below);
