/* OpenSSH's PROTOCOL.mux, version 4, as its client speaks it: what it says to a master, and what a master says. Pure:
 * bytes in, bytes out. */
#pragma once

#include <stdint.h>

#include "buf.h"
#include "err.h"

enum mux_kind { MUX_HELLO, MUX_OPENED, MUX_EXITED, MUX_FAILED, MUX_OTHER };

struct mux_message {
	enum mux_kind kind;
	int status;              /* EXITED: the command's exit status */
	const char *reason;      /* FAILED: why no session was opened; borrowed from the bytes, no NUL after it */
	size_t len;              /* of it, BUF_MAX_ERROR at most */
};

/* Reads the packet that the bytes begin with. How many bytes it is long; 0: it is not whole yet; -1: it is none, and
 * 'err' says why. */
long mux_read(const char *bytes, size_t len, struct mux_message *ret, struct err *err);
/* Appends a packet: our greeting; a command to be run without a terminal; and a connection from the host to an address. */
void mux_put_hello(struct buf *out);
void mux_put_command(struct buf *out, const char *command);
void mux_put_forward(struct buf *out, const char *address, int port);
