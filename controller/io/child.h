/* What our own program is when io starts it once more: the two things that ssh's children need and that neither libuv
 * nor ssh offers. Known by the first word:
 *
 *	--exec-child PROGRAM ARGS…        become PROGRAM, and be killed when the parent ends
 *	--connect-child ADDRESS PORT MS   connect within MS, and pass the socket to ssh (its ProxyCommand with
 *	                                  ProxyUseFdpass): bytes that nobody acknowledges for MS are given up, even when
 *	                                  ssh has been killed, so that no command arrives long after it was sent */
#pragma once

#define CHILD_EXEC "--exec-child"
#define CHILD_CONNECT "--connect-child"

/* First thing in main: an exit status when this process is such a child, -1 when it is not. */
int child_main(int argc, char **argv);
/* Send a descriptor over a Unix socket, with the one byte that has to go with it; 0 or -1. */
int child_pass_fd(int socket, int fd);
