/* A peer that means harm: whoever connects is sent something, whatever he asks. */
#pragma once

#include "kit.h"

struct kit_evil {
	const char *first;       /* once, at the beginning */
	size_t first_len;        /* 0: it is a text */
	const char *then;        /* again and again, as fast as it is taken; NULL: nothing */
	int pause_ms;            /* between two of those; 0: none */
	bool close;              /* after the first */
};

struct kit_evil_server;
/* 'evil' is borrowed; it may be changed for the next connection. */
struct kit_evil_server *kit_evil(struct loop *loop, const struct kit_evil *evil, int *ret_port);
void kit_evil_done(struct kit_evil_server *server);

/* The most that this process has occupied so far, in bytes. */
size_t kit_peak_memory(void);
