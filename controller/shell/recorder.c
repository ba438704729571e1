/* An event's line is in the kernel's hands before the core sees the event, in the same write as the decision before it:
 * what makes the core crash is in the file, and kill -9 loses one decision at most. A machine that dies loses what its
 * kernel had not written. A last line that is cut is none to the reader. One write for an event costs less than the
 * system calls by which the event came. */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "log.h"
#include "recording.h"

enum { KEPT_ROOM = 1 << 20 };

struct recorder {
	char *path;
	int fd;                  /* -1: it has ended */
	int64_t limit, written;
	struct buf buf;          /* what is to be written */
	const struct log *log;
};

static void
end(struct recorder *recorder, const char *why)
{
	log_say(recorder->log, LOG_LEVEL_WARN, "--record %s: the recording ends here, the controller goes on without: %s",
	    recorder->path, why);
	close(recorder->fd);
	recorder->fd = -1;
	buf_done(&recorder->buf);
}

static int
write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static void
flush(struct recorder *recorder)
{
	struct buf *buf = &recorder->buf;
	int error;

	if (!buf_ok(buf)) {
		end(recorder, "an event is too large");
		return;
	}
	if (recorder->written + (int64_t)buf->len > recorder->limit) {
		end(recorder, "it has come to its --record-limit");
		return;
	}
	error = write_all(recorder->fd, buf_str(buf), buf->len);
	if (error) {
		end(recorder, strerror(error));
		return;
	}
	recorder->written += (int64_t)buf->len;
	if (buf->cap > KEPT_ROOM)
		buf_done(buf);
	else
		buf_clear(buf);
}

struct recorder *
recorder_open(const char *path, int64_t limit, const struct core_config *config, const char *version,
    const struct log *log, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	struct recorder *recorder;

	if (fd < 0) {
		err_set(err, "--record %s: %s%s", path, strerror(errno), errno == EEXIST
		    ? ": it would be overwritten; move it away, or name another"
		    : "; name a file in a folder that can be written");
		return NULL;
	}
	/* A limit on the size of files is an error like others, not the process' end. */
	signal(SIGXFSZ, SIG_IGN);
	recorder = xcalloc(1, sizeof *recorder);
	*recorder = (struct recorder){.path = xstrdup(path), .fd = fd, .limit = limit, .log = log,
	    .buf = BUF_INIT(BUF_MAX_RECORDED)};
	recording_put_head(&recorder->buf, config, version);
	return recorder;
}

void
recorder_event(struct recorder *recorder, const struct event *event, struct instant now)
{
	if (!recorder || recorder->fd < 0)
		return;
	recording_put_event(&recorder->buf, event, now);
	flush(recorder);
}

void
recorder_decision(struct recorder *recorder, const struct effects *effects)
{
	if (recorder && recorder->fd >= 0)
		recording_put_decision(&recorder->buf, effects);
}

struct recorder *
recorder_close(struct recorder *recorder)
{
	if (!recorder)
		return NULL;
	if (recorder->fd >= 0)
		flush(recorder);
	if (recorder->fd >= 0)
		close(recorder->fd);
	buf_done(&recorder->buf);
	free(recorder->path);
	free(recorder);
	return NULL;
}
