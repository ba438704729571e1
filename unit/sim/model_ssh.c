#include "model_ssh.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* As much of what a command prints as is kept: controller/io's maxima, not shared with it. */
enum { BODY_KEPT = 65536, ERROR_READ = 4096, ERROR_KEPT = 400 };

static void
heard(struct ssh_end *ret, enum outcome outcome, int64_t after_ms, bool sent, const char *why)
{
	*ret = (struct ssh_end){.outcome = outcome, .after_ms = after_ms, .sent = sent, .error = xstrdup_or_null(why)};
}

bool
ssh_line_carry(struct ssh_line *line, enum ssh_host host, enum ssh_way way, int64_t now, struct ssh_end *ret)
{
	bool was_up = line->up && now - line->used < SSH_IDLE_MS;

	line->up = way == SSH_WHOLE && (host == SSH_LISTENS || (host == SSH_DENIES && was_up));
	line->used = now;
	if (host == SSH_LISTENS || (host == SSH_DENIES && was_up)) {
		if (way != SSH_CUT_BEFORE)
			return true;
		heard(ret, OUTCOME_BROKEN, 0, true, "the connection ended before the command did");
	} else if (was_up) {
		/* The connection was kept, and nobody knows yet that nothing gets through any more: the command leaves. */
		heard(ret, OUTCOME_BROKEN, SSH_CONNECT_MS, true, "the connection ended before the command did");
	} else {
		heard(ret, OUTCOME_REFUSED, host == SSH_SILENT ? SSH_CONNECT_MS : 0, false,
		    "ssh: connect: no route to host");
	}
	return false;
}

/* The end of what is kept of it, without white space there, and not from the middle of a character. */
static char *
error_text(const char *said)
{
	size_t len = strnlen(said, ERROR_READ), from;

	while (len && strchr(" \t\r\n", said[len - 1]))
		len--;
	from = len > ERROR_KEPT ? len - ERROR_KEPT : 0;
	while (from < len && ((unsigned char)said[from] & 0xc0) == 0x80)
		from++;
	return len ? xstrndup(said + from, len - from) : NULL;
}

void
ssh_line_answer(struct ssh_line *line, enum ssh_way way, const struct ssh_said *said, int64_t now, struct ssh_end *ret)
{
	line->used = now;
	if (way != SSH_WHOLE || said->status == SSH_SIGNALLED) {
		line->up = line->up && way == SSH_WHOLE;
		heard(ret, OUTCOME_BROKEN, 0, true, "the connection ended before the command did");
		return;
	}
	*ret = (struct ssh_end){
		.outcome = OUTCOME_ANSWERED,
		.sent = true,
		.status = said->status,
		.len = said->len < BODY_KEPT ? said->len : BODY_KEPT,
		.error = error_text(said->error),
	};
}

void
ssh_end_by(struct ssh_end *end, int64_t deadline_ms)
{
	bool sent = end->sent;

	if (end->after_ms <= deadline_ms)
		return;
	ssh_end_done(end);
	heard(end, sent ? OUTCOME_TIMEOUT : OUTCOME_REFUSED, deadline_ms, sent, "no answer in time");
}

void
ssh_end_done(struct ssh_end *end)
{
	free(end->error);
	end->error = NULL;
}
