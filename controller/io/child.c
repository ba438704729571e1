#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int
child_exec(char **argv)
{
	const char *parent = getenv("STRAIT_PARENT");

	if (!argv[0])
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have ended before it was asked for. */
	if (parent && strtol(parent, NULL, 10) != (long)getppid())
		return 1;
	unsetenv("STRAIT_PARENT");
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	return 127;
}
