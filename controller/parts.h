/* The parts that the program is made of, all hanging off one struct in main. */
#pragma once

#include <stdint.h>

#include "err.h"
#include "flags.h"
#include "kubeconfig.h"
#include "loop.h"
#include "shell.h"

struct server;

/* All that lives as long as the program. */
struct controller {
	struct flags flags;
	struct loop loop;
	struct kubeconfig kubeconfig;
	struct shell shell;
	struct server *server;
	char *identity;
	uint64_t seed;
};

/* Make what speaks to the world, and join it to the shell; loop, flags and kubeconfig are there. -1 and 'err', with
 * what was made left for parts_take_down(). */
int parts_make(struct controller *c, struct err *err);
/* End everything, in the order that the libraries want. */
void parts_take_down(struct controller *c);
