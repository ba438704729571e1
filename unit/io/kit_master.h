/* For tests of ssh: a program in the place of ssh, found first in PATH, whose control socket says what the test wants.
 * A test's main() calls kit_master_main() first: the program is the test itself once more. */
#pragma once

#include "kit.h"
#include "ssh.h"

struct kit_master {
	const char *first;       /* to whoever connects, whatever he asks */
	size_t len;
	const char *then;        /* again and again, as fast as it is taken; NULL: nothing */
	size_t then_len;
	bool close;              /* after the first */
	bool no_socket;          /* there is none to connect to */
	bool loud;               /* its own standard error never ends */
	bool endless;            /* nor does the output of the command that it is given */
	bool leaves_child;       /* it ends at once, and a child holds its standard error open for some seconds */
};

/* An exit status when this process is such a program, -1 when it is not. */
int kit_master_main(int argc, char **argv);
/* From now on ssh is this one: a script in 'directory', which goes to the head of PATH. */
void kit_master(const char *directory, const struct kit_master *master);
