/* Between the core and the world: takes an event, steps the core, carries out the effects. Callbacks of io only append
 * events, so that nothing is re-entrant. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "buf.h"
#include "event.h"
#include "log.h"

struct core;
struct dns;
struct flight;
struct http;
struct kube_client;
struct loop;
struct queued;
struct recorder;
struct redis;
struct secrets;
struct ssh;
struct tunnels;

struct shell {
	/* Made by main before shell_run(), which borrows them. 'redis' and 'kube' are never NULL. */
	struct loop *loop;
	struct core *core;
	struct log log;
	struct kube_client *kube;
	struct redis *redis;
	struct http *rest;
	struct http *web;
	struct ssh *ssh;
	struct tunnels *tunnels; /* 'rest' through 'ssh' */
	struct dns *dns;
	struct secrets *secrets;
	struct recorder *recorder;       /* NULL: nothing is recorded */
	int64_t pause_before;    /* tests: stop as by SIGSTOP before the n-th act; 0: never */
	int64_t crash_after;     /* tests: die right after so many effects have left; 0: never */

	/* The shell's own. */
	struct queued *first, *last, *spare;     /* events to come */
	struct flight *flights;                  /* effects that will be answered, by id */
	struct flight *spare_flights;
	uv_timer_t wake, patience;
	int64_t wake_up_ms;                      /* what 'wake' is armed for; INT64_MAX: not */
	int64_t offset_ms;                       /* wall - up, as last seen; 0: not yet */
	int64_t carried;                         /* effects that 'crash_after' counts */
	int64_t acts;                            /* what 'pause_before' counts */
	bool stopping, leaving;
	int status;
};

/* Run until the core says so; returns the exit status that it wants. */
int shell_run(struct shell *shell);
/* Forget what is queued and in flight; io is closed by then. */
void shell_done(struct shell *shell);

/* Callbacks for main to hand to io; 'user' is the shell. */
void shell_on_signal(void *user);
void shell_on_redis(void *user, bool connected, const char *reason);
int shell_page(void *user, const char *path, struct buf *out, const char **type);
