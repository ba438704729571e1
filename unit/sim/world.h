/* The world around the core: a fake clock, peers that are models, and a network whose delays and losses come from a
 * seed. Cores are stopped, halted and started again like processes, one or several at a time, each with connections,
 * clocks and a name of its own; what has left one goes on without it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chance.h"
#include "checker.h"
#include "core.h"
#include "freeze.h"
#include "model.h"
#include "model_kube.h"
#include "model_redis.h"
#include "model_ssh.h"
#include "model_web.h"
#include "queue.h"
#include "shares.h"
#include "silence.h"
#include "transcript.h"
#include "turns.h"

/* How hard life is. Delays in ms, drawn from 0 to the maximum; losses per mille of requests. */
struct weather {
	int64_t io_max;          /* ordered until it leaves the process */
	int64_t net_max;         /* one way */
	int slow;                /* of a thousand requests, so many take up to slow_max to leave or to arrive */
	int64_t slow_max;
	int lost_request;        /* never arrives; the core hears nothing until its deadline */
	int lost_answer;         /* arrives and acts; the connection breaks before the answer */
	/* Of acts besides, which are few. Their way takes at most late_act: less than the settle time. */
	int slow_act, lost_act;
	int64_t late_act;
	/* Of requests to the API server: what it answers instead, and those that reach it twice. */
	int throttled, conflict, unavailable, twice;
	int slow_line, line_twice;       /* of lines of watches; a slow one takes up to slow_max */
	int cut_answer, cut_line;        /* answers that break off anywhere; watches that do within a line */
};

enum crash_how {
	CRASH_BEFORE,            /* the effect never leaves */
	CRASH_UNANSWERED,        /* it leaves, and the core dies at once */
	CRASH_UNSEEN,            /* it is answered; the core dies as the answer comes */
	CRASH_WAYS,
	/* Not a crash, but as it is ordered: */
	HALT_PAUSED = CRASH_WAYS,        /* the process is stopped for pause_ms before it leaves */
	HALT_TOLD,                       /* ... gets its SIGTERM */
	HALT_JOINED,                     /* the last of the processes starts, which was down */
	HALT_WAYS,
};

enum { WORLD_CRASHES = 16 };

struct crash {
	size_t effect;           /* the n-th of the whole run, from 1 */
	enum crash_how how;
};

enum flight_state { FLIGHT_ORDERED, FLIGHT_LEFT, FLIGHT_ARRIVED, FLIGHT_ENDED };
enum fate { FATE_FINE, FATE_LOST_REQUEST, FATE_LOST_ANSWER };

struct world;

enum { WORLD_PROCESSES = 3, WORLD_CLUSTERS = 6 };
_Static_assert((int)WORLD_CLUSTERS == SILENCE_CLUSTERS && (int)WORLD_CLUSTERS == SHARES_CLUSTERS, "of each cluster");

/* A controller's process, over all its lives. */
struct process {
	struct world *world;
	size_t number;
	struct core *core;               /* NULL while it is down */
	unsigned life;                   /* of all processes together, from 1: each start is another one */
	char identity[32];               /* another one for each life, as a pod's name */
	int64_t wake;                    /* by the world's clock */
	int64_t up_ahead, wall_ahead;    /* its machine's clocks are ahead of the world's */
	int64_t api_away_until, redis_away_until;        /* for it alone */
	bool told_to_stop;
	bool paused, jumped;             /* SIGSTOP; and the wall clock was set meanwhile */
	struct item *late;               /* what would have reached it meanwhile, or left it */
	size_t nlate;
	int64_t redis_last_arrival, redis_last_answer;   /* one connection: in order */
	struct ssh_line *lines;          /* to the nodes' hosts, by number; of its present life */
	size_t nlines;
};

/* One effect on its way. */
struct flight {
	uint64_t number;         /* the world's, over all lives of all cores; Scylla's request id */
	struct process *process;
	unsigned life;           /* of the core that ordered it */
	struct effect effect;    /* owned */
	enum flight_state state;
	enum fate fate;
	bool wanted;             /* a completion is still to come */
	bool open;               /* a watch that is answered 200 and lives */
	bool held;               /* Scylla's model has it */
	bool crash_unseen;
	int retry_after_ms;
	size_t items;            /* in the queue with it */
	int64_t last_line;       /* lines keep their order */
	int64_t ordered_ms;      /* by the world's clock */
	struct instant sent;
	enum outcome outcome;
	int status;
	char *body;
	size_t len;
	char *error;
};

struct world {
	int64_t now;                     /* up_ms */
	int64_t began;                   /* world_start() */
	int64_t wall_ahead;              /* wall_ms - up_ms */
	struct chance chance;
	struct weather weather;
	struct queue queue;
	struct flight **flights;
	size_t nflights;
	uint64_t numbers;

	struct core_config config;
	struct process processes[WORLD_PROCESSES];
	size_t nprocesses;               /* 1 unless set before world_start() */
	size_t late;                     /* so many of them are not started by that */
	struct process *leader;          /* whose journal write was acknowledged last; at first the first one */
	unsigned lives;
	int64_t restart_after_ms;        /* a crash, until the new core; drawn around this */
	size_t exits;                    /* of its own will; a new core is started all the same */
	int exit_status;                 /* of the last one */

	struct api *api;
	struct store *store;
	struct sim *sim;
	struct sim *beside[WORLD_CLUSTERS];      /* other clusters; NULL after the last. All of these owned */
	struct web web;                  /* everybody's hooks */
	int64_t api_away_until, redis_away_until;
	const char *edited;              /* the name of the operation at whose journal a hand was; or NULL */
	const char *black_hole;          /* nothing at this address ever answers; or NULL */
	const char *mute;                /* no node's answer to a question whose path contains this comes back; or NULL */
	bool away_silently;              /* black hole instead of connection refused */
	uint64_t ssh_lost;               /* bit i: to node i connections break before the answer */

	struct checker *checker;
	struct turns turns;
	struct freeze freeze;
	struct shares shares;
	struct silence *silence;
	struct transcript *log;
	struct crash crashes[WORLD_CRASHES];
	size_t ncrashes;
	size_t crash_at_act;             /* the n-th act leaves, and the core dies; 0: none */
	size_t pause_at_act;             /* the n-th act is ordered, and the process stopped before it leaves; 0: none */
	int64_t pause_ms;
	size_t crashed, acts;
	/* Counters. */
	size_t effects, steps, arrivals;
	size_t audited[WORLD_CLUSTERS];  /* of the clusters' audit logs */
	struct sender sender;            /* of what arrives now */
	int64_t act_left[WORLD_CLUSTERS][64];    /* the first one for a node; 0: none */
	struct buf *recording;           /* what --record would write of the first process' present life; or NULL */
	struct buf *kinds;               /* effect_letter() of each effect, if wanted; or NULL */
};

/* Takes the models over. */
/* 2026-11-21T08:00:00Z, when the machine had been up for 50 s: what the wall clock shows at the beginning. */
#define WORLD_FIRST_WALL_MS INT64_C(1795248000000)

struct world *world_new(const struct core_config *config, struct sim *sim, uint64_t seed);
struct world *world_free(struct world *world);
/* Start the cores. */
void world_start(struct world *world);
/* What its clocks show. */
struct instant process_instant(const struct process *process);

/* Let the next thing happen. False: nothing is left to happen. */
bool world_tick(struct world *world);
/* Until 'until' says so; false when 'limit_ms' from now went by first. NULL: only the limit. */
bool world_run(struct world *world, bool (*until)(struct world *world, const char *arg), const char *arg,
    int64_t limit_ms);

/* kill -9 of the leader, and a new core after 'restart_ms' (-1: by restart_after_ms). */
void world_crash(struct world *world, int64_t restart_ms);
void process_crash(struct process *process, int64_t restart_ms);
/* SIGSTOP, and SIGCONT after 'ms'. What has left goes on; what was ordered leaves when io would have sent it, if its
 * time is not over by then. */
void process_pause(struct process *process, int64_t ms);
void world_crash_at(struct world *world, size_t effect, enum crash_how how);
/* SIGTERM, of the leader. */
void world_stop(struct world *world);
void process_stop(struct process *process);
/* 'hand' at up time 'at', with 'arg' and 'value'. */
void world_at(struct world *world, int64_t at, void (*hand)(void *arg, int64_t value), void *arg, int64_t value);
void world_api_away(struct world *world, int64_t ms);
void world_redis_away(struct world *world, int64_t ms);
/* The wall clock is set forward or back. */
void world_jump(struct world *world, int64_t ms);
/* A user's hand was at the API server: let the watches know. */
void world_tell_watches(struct world *world);
/* A node was restarted on an intent that was journaled with its drain, and nobody who lives can know: that it is
 * restarted again is nobody's fault. */
void world_forgive_restarts(struct world *world);
/* The clusters by number; NULL: there are no more. */
struct sim *world_cluster(const struct world *world, size_t i);
size_t world_clusters(const struct world *world);
/* Of which one is the node by this name or address? NULL: of none. */
struct sim *world_find(const struct world *world, const char *name_or_address, size_t *ret_node);
/* Its number. */
size_t world_number(const struct world *world, const struct sim *sim);
const char *world_node_name(const struct world *world, const char *address);

/* windows.c: a core orders an effect; a write is about to be acknowledged to a core. */
void windows_ordered(struct world *world, const struct effect *effect);
void windows_acked(struct world *world, const struct effect_redis *call);

/* Between the world's own files: a completion, an event. */
void process_step(struct process *process, const struct event *event);
/* The uid of the operation whose status the effect writes; NULL: of none. */
const char *process_tells_of(struct world *world, const struct effect *effect);
void process_start(struct process *process);
void process_continue(struct process *process, unsigned life);
/* The item waits until the process goes on: true. */
bool process_defers(struct process *process, struct item *item);
void world_answer(struct world *world, struct flight *flight, int64_t delay, enum outcome outcome, int status,
    const char *body, size_t len, const char *error);
void flight_order(struct process *process, struct effect *effect);
void flight_item(struct world *world, const struct item *item);
void flight_release(struct world *world, struct flight *flight);
void flight_free(struct world *world, struct flight *flight);
struct flight *flight_find(struct world *world, uint64_t number);
void flights_forget(struct process *process);
/* Nobody waits for what a node would answer. */
void peers_forget(struct world *world, const struct flight *flight);
void peers_arrive(struct world *world, struct flight *flight);
/* A command's: its connection, and the host's answer to it. */
void host_arrive(struct world *world, struct flight *flight);
void host_answered(struct world *world, struct flight *flight, const struct sim_reply *reply);
/* The process has ended: its connections too. */
void host_forget(struct process *process);
/* Take Scylla's answers that are due. */
void peers_pump(struct world *world);
/* Every Redis command on the connection ends; NULL: on everybody's. */
void peers_break_redis(struct world *world, const struct process *only);
void peers_break_watches(struct world *world, const struct process *only);
int64_t world_delay(struct world *world, int64_t max);
/* "REST db-a-1 POST /storage_service/drain", cut at 'size'. */
void effect_text(const struct world *world, const struct effect *effect, char *ret, size_t size);
/* Of every byte that it would send, of where to and how long. */
uint64_t effect_digest(const struct effect *effect);
/* 'a' act, 'j' journal, 'k' write to the API server, '.' another. */
bool effect_is_stream(const struct effect *effect);
char effect_letter(const struct effect *effect);
