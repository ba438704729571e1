/* The journal's Redis: one connection that comes back by itself, the journal's scripts, a deadline on each. Only the
 * connection is retried, never a command: what was in flight when it broke ends as IO_BROKEN or IO_TIMEOUT. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "err.h"

struct loop;
struct redis;
struct redis_request;

/* Arguments -> reply, as JSON. An error reply is status 1 with the error's text as the body, bare.
 * TAKEOVER  format, the highest epoch known elsewhere (absent: 0) -> [epoch, seq (0: none), digest, format as stored,
 *           plan or "", field, value, …]; the epoch is above both, the keys' expiry is undone. Error reply
 *           "NEWERFORMAT stored=<n> ours=<m>".
 * WRITE     epoch, seq, digest, plan ("" leaves it), log line ("" writes none), then field, value ("" deletes) … ->
 *           ["OK", seq], ["STALE", stored epoch] or ["GAP", stored seq]. The same seq and digest again: OK, nothing
 *           written.
 * EXPIRE    epoch, seconds -> ["OK"] or ["STALE", stored epoch]
 * PROBE     nothing -> [appendonly, appendfsync, maxmemory-policy, role, replicas, replicas waited for]: "unknown" and
 *           -1 where it is not permitted
 * TRAIL     nothing -> the audit trail, [[id, [name, value, …]], …] in its order; nothing is taken over, nothing changed
 * Where the URL has wait=n, a takeover or a write that fewer than n replicas have is an error reply: sent again unchanged
 * it is found written, and waits for them again. */
enum redis_ask_kind { REDIS_ASK_TAKEOVER, REDIS_ASK_WRITE, REDIS_ASK_EXPIRE, REDIS_ASK_PROBE, REDIS_ASK_TRAIL };

struct redis_ask {
	enum redis_ask_kind kind;
	const char *uid;                 /* names the keys */
	char *const *args;
	size_t nargs;
	int64_t deadline_ms;             /* from now; 0: none */
	int64_t not_after_up;            /* 0: no limit */
	io_done_fn *done;
	void *user;
};

/* Called on each change; 'reason' says why it is not connected (NULL when it is). Borrowed. */
typedef void redis_state_fn(void *user, bool connected, const char *reason);

/* "redis://[[user]:password@]host[:port][/db]", "unix://[…@]/path", or "redis+sentinel://[…@]host[:port],…/master[/db]":
 * the sentinels are asked in turn on every connection, so that a fail-over is followed. Options after '?':
 * db=n, password-file=/path (read anew for each connection), wait=n and wait-ms=n (replicas that must have a write),
 * durable=1 (what the server hides of its settings is answered as "stated").
 * Begins to connect on the loop's next turn. NULL and 'err' when the URL is none; a server that is away is not an
 * error. */
struct redis *redis_new(struct loop *loop, const char *url, redis_state_fn *state, void *user, struct err *err);
/* Requests in flight are dropped without their done. */
struct redis *redis_free(struct redis *redis);
bool redis_connected(const struct redis *redis);

/* One at a time for each uid: a script that the server has forgotten is sent again, behind what was sent meanwhile.
 * NULL when it has ended already, its done called: not connected (REFUSED), too much in flight (REFUSED), past its time
 * (NOT_SENT). */
struct redis_request *redis_start(struct redis *redis, const struct redis_ask *ask);
/* The command itself cannot be taken back; its reply is dropped. */
void redis_cancel(struct redis_request *request);
