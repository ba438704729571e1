#include "kit_master.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"

#define SELF "--kit-master"

enum { HEX_MAX = 16384, REPEATED = 64 << 10, FDS = 3, WRITERS = 2, LEFT_S = 4 };

/* What the first words of the command line say, then ssh's own follow. */
enum { WORD_SELF = 1, WORD_FLAGS, WORD_FIRST, WORD_THEN, WORDS_SELF };

static void
put_hex(struct buf *out, const char *bytes, size_t len)
{
	buf_putc(out, 'x');              /* never an empty word */
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%02x", (unsigned char)bytes[i]);
}

void
kit_master(const char *directory, const struct kit_master *master)
{
	CLEANUP_BUF struct buf script = BUF_INIT(HEX_MAX * 4);
	CLEANUP_FREE char *self = realpath((const char *)getauxval(AT_EXECFN), NULL);
	const char *path = getenv("PATH");

	buf_printf(&script, "#!/bin/sh\nexec %s " SELF " f%s%s%s%s%s ", self, master->close ? "c" : "",
	    master->no_socket ? "n" : "", master->loud ? "l" : "", master->endless ? "e" : "",
	    master->leaves_child ? "k" : "");
	put_hex(&script, master->first, master->len);
	buf_putc(&script, ' ');
	put_hex(&script, master->then, master->then_len);
	buf_puts(&script, " \"$@\"\n");
	kit_write(directory, "ssh", buf_str(&script), 0755);
	if (strncmp(path, directory, strlen(directory)) != 0) {
		CLEANUP_FREE char *longer = xasprintf("%s:%s", directory, path);

		setenv("PATH", longer, 1);
	}
}

/* --- in that program --- */

static size_t
get_hex(const char *text, char *ret)
{
	size_t len = 0;

	for (text++; text[0] && text[1] && len < HEX_MAX; text += 2) {
		const char digits[] = {text[0], text[1], '\0'};

		ret[len++] = (char)strtol(digits, NULL, 16);
	}
	return len;
}

/* Until nobody reads any more. */
static void
flood(int fd, const char *bytes, size_t len)
{
	static char lump[REPEATED];
	size_t filled = 0;

	while (len && filled + len <= sizeof lump) {
		memcpy(lump + filled, bytes, len);
		filled += len;
	}
	while (filled && write(fd, lump, filled) > 0)
		continue;
}

/* In processes of their own, several: faster than one can read. */
static void
flood_beside(int fd, const char *bytes, size_t len)
{
	for (int i = 0; i < WRITERS; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		flood(fd, bytes, len);
		_exit(0);
	}
}

/* The descriptors that come with a command: where its output goes. */
static void
take_fds(int client, int *fds)
{
	for (int have = 0; have < FDS;) {
		char room[CMSG_SPACE(sizeof(int))], bytes[1];
		struct iovec piece = {.iov_base = bytes, .iov_len = sizeof bytes};
		struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room,
		    .msg_controllen = sizeof room};
		struct cmsghdr *header;

		if (recvmsg(client, &message, 0) <= 0)
			return;
		header = CMSG_FIRSTHDR(&message);
		if (header && header->cmsg_type == SCM_RIGHTS)
			memcpy(&fds[have++], CMSG_DATA(header), sizeof(int));
	}
}

static void
serve(int client, const char *flags, char **words)
{
	static char bytes[HEX_MAX];
	int fds[FDS] = {-1, -1, -1};
	size_t len = get_hex(words[WORD_FIRST], bytes);

	if (write(client, bytes, len) != (ssize_t)len)
		return;
	if (strchr(flags, 'c'))
		shutdown(client, SHUT_WR);
	if (strchr(flags, 'e')) {
		take_fds(client, fds);
		flood_beside(fds[1], "output ", 7);
		flood_beside(fds[2], "error ", 6);
	}
	len = get_hex(words[WORD_THEN], bytes);
	flood(client, bytes, len);
	while (read(client, bytes, sizeof bytes) > 0)
		continue;
}

/* As ssh does: under that name once it listens. */
static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s.t", path);
	return bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, 16) ||
	    rename(address.sun_path, path) ? -1 : fd;
}

int
kit_master_main(int argc, char **argv)
{
	const char *path = NULL, *flags;
	int listener;

	if (argc <= WORDS_SELF || strcmp(argv[WORD_SELF], SELF) != 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	flags = argv[WORD_FLAGS];
	for (int i = WORDS_SELF; i + 1 < argc; i++)
		path = strcmp(argv[i], "-S") == 0 ? argv[i + 1] : path;
	if (strchr(flags, 'k')) {
		if (fork())
			return 1;
		sleep(LEFT_S);
		return 0;
	}
	if (strchr(flags, 'l'))
		flood_beside(STDERR_FILENO, "noise ", 6);
	if (strchr(flags, 'n') || (listener = listen_at(path)) < 0)
		for (;;)
			pause();
	for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client))
		serve(client, flags, argv);
	return 1;
}
