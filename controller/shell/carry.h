/* Inside the shell: one function per kind of effect, the effects in flight, the queue of events. */
#pragma once

#include "answer.h"
#include "effect.h"
#include "shell.h"
#include "uthash.h"

/* An effect that will be answered. Found by id to be cancelled; gone once it is answered. */
struct flight {
	UT_hash_handle hh;
	uint64_t id;
	struct shell *shell;
	struct flight *next;     /* among the spare */
	enum effect_kind kind;
	bool secret, flown;      /* flown: answered already */
	bool tunnelled;          /* EFFECT_REST: 'request' is a struct tunnel */
	void *request;           /* io's; by kind */
	char *hidden;            /* the URL that a Secret holds: nothing of it is to be told; or NULL */
};

/* flight.c */
struct flight *flight_begin(struct shell *shell, const struct effect *effect);
/* As io_done_fn and io_line_fn, with the flight as user. */
void flight_done(void *user, struct io_answer *answer);
void flight_line(void *user, const char *line, size_t len);
/* End it with an answer of our own: it could not be carried out. */
void flight_refuse(struct flight *flight, const char *why);
void flight_cancel(struct shell *shell, uint64_t id);

/* carry_<kind>.c. What starts returns with flight->request set, or the flight has ended. */
void carry_kube(struct shell *shell, const struct effect *effect);
void carry_redis(struct shell *shell, const struct effect *effect);
void carry_rest(struct shell *shell, const struct effect *effect);
void carry_host(struct shell *shell, const struct effect *effect);
void carry_web(struct shell *shell, const struct effect *effect);
void carry_dns(struct shell *shell, const struct effect *effect);
void carry_log(struct shell *shell, const struct effect *effect);

/* carry_host.c: the login with its keys, borrowed from what io has; false when the flight was refused for want of them. */
struct ssh_ask;
bool flight_login(struct flight *flight, const char *secret, struct ssh_ask *login);

/* mask.c: in 'text' there is an asterisk for each letter of whatever in a URL may be a secret. */
void mask_url(char *text, size_t len, const char *url);

/* events.c: 'body' is taken over (NULL: none), the error's text is copied. */
struct queued {
	struct queued *next;
	struct event event;
	char *body, *error;
};
void events_post(struct shell *shell, const struct event *event, char *body);
/* The oldest, or NULL; give it back with events_release(). */
struct queued *events_take(struct shell *shell);
void events_release(struct shell *shell, struct queued *queued);

/* crash.c: count an effect, and end the process as SIGKILL does once it has left. */
void crash_count(struct shell *shell, const struct effect *effect);
/* ... or stop it, as SIGSTOP does, before it leaves. */
void pause_count(struct shell *shell, const struct effect *effect);
