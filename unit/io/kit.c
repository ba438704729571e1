#include "kit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"

void
kit_done(void *user, struct io_answer *answer)
{
	struct kit_answer *a = user;

	a->count++;
	a->outcome = answer->outcome;
	a->status = answer->status;
	a->retry_after_ms = answer->retry_after_ms;
	a->sent = answer->sent;
	free(a->body);
	free(a->error);
	a->body = buf_take(answer->body);
	a->error = xstrdup_or_null(answer->error);
}

void
kit_line(void *user, const char *line, size_t len)
{
	struct kit_answer *a = user;

	if (a->nlines < KIT_LINES)
		a->lines[a->nlines] = xstrndup(line, len);
	a->nlines++;
}

void
kit_free(struct kit_answer *a)
{
	free(a->body);
	free(a->error);
	for (int i = 0; i < KIT_LINES; i++)
		free(a->lines[i]);
	*a = (struct kit_answer){0};
}

/* Often, for what is awaited may be told by a timer, and libuv would wait for a descriptor after it. */
static void
on_tick(uv_timer_t *timer)
{
	(void)timer;
}

bool
kit_until(struct loop *loop, const int *flag, int least, int ms)
{
	uv_timer_t *timer = xcalloc(1, sizeof *timer);
	int64_t until = loop_up_ms() + ms;

	uv_timer_init(&loop->uv, timer);
	uv_timer_start(timer, on_tick, 2, 2);
	while ((!flag || *flag < least) && loop_up_ms() < until)
		loop_turn(loop, true);
	uv_close((uv_handle_t *)timer, (uv_close_cb)free);
	loop_turn(loop, false);
	return flag && *flag >= least;
}

void
kit_sleep(struct loop *loop, int ms)
{
	kit_until(loop, NULL, 0, ms);
}

void
kit_loop(struct loop *loop)
{
	struct err err;

	if (loop_init(loop, &err))
		CHECK_FAIL("%s", err.text);
}

void
kit_loop_done(struct loop *loop)
{
	CHECK_INT(loop_drain(loop), 0);
	CHECK_INT(uv_loop_close(&loop->uv), 0);
}

int
kit_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bind(fd, (struct sockaddr *)&address, sizeof address);
	getsockname(fd, (struct sockaddr *)&address, &len);
	close(fd);
	return ntohs(address.sin_port);
}

bool
kit_listening(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

	close(fd);
	return good;
}

pid_t
kit_spawn(const char *const *argv)
{
	pid_t parent = getpid(), pid = fork();
	int null;

	CHECK(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	if (getppid() == parent)
		execvp(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

void
kit_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void
kit_command(const char *const *argv)
{
	int status;

	waitpid(kit_spawn(argv), &status, 0);
	if (status)
		CHECK_FAIL("%s ended with status %d", argv[0], status);
}

char *
kit_directory(void)
{
	char *path = xstrdup("/tmp/strait-kit-XXXXXX");

	CHECK(mkdtemp(path) != NULL);
	return path;
}

void
kit_remove(char *directory)
{
	kit_command((const char *const[]){"rm", "-rf", "--", directory, NULL});
	free(directory);
}

void
kit_write(const char *directory, const char *name, const char *text, int mode)
{
	char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "w");

	CHECK(file != NULL);
	fputs(text, file);
	fclose(file);
	chmod(path, (mode_t)mode);
	free(path);
}
