/* What can be ordered. The core appends effects, the shell carries them out in order; each with an id gets exactly
 * one EVENT_ANSWER. Effects are self-contained and own their texts; secrets are named, never carried: io resolves
 * them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instant.h"

enum effect_kind {
	EFFECT_KUBE,     /* a request to the API server */
	EFFECT_REDIS,    /* a journal script */
	EFFECT_REST,     /* a request to a node's REST API */
	EFFECT_HOST,     /* a command on a node's host */
	EFFECT_WEB,      /* a request to a server on the web: a chat's hook, somebody's API */
	EFFECT_DNS,      /* what an address is called */
	EFFECT_CANCEL,   /* drop effect 'id': its completion is not wanted any more and must not come */
	EFFECT_LOG,      /* one line; no id, no completion */
	EFFECT_EXIT,     /* leave the loop with 'status'; no id, no completion */
};

/* Connections that must not hold each other up. */
enum kube_pool { KUBE_SHORT, KUBE_WATCH, KUBE_LEASE };

/* The journal's scripts; io/redis.h has their arguments and replies. */
enum redis_script { REDIS_TAKEOVER, REDIS_WRITE, REDIS_EXPIRE, REDIS_PROBE };

enum { EFFECT_ADDRESS = 64, EFFECT_NAME = 256, EFFECT_METHOD = 8, EFFECT_ARGS = 40 };

struct effect_kube {
	enum kube_pool pool;
	char method[EFFECT_METHOD];
	char *path;              /* with query: "/apis/strait.dev/v1alpha1/clusteroperations?limit=250" */
	const char *content_type;    /* a literal; NULL without body */
	char *body;              /* or NULL */
	bool stream;             /* a watch: EVENT_LINE per line */
	bool once;               /* must not be repeated by the connection either */
	bool secret;             /* Secrets: io keeps 'data' to itself and passes metadata and the keys' names only */
};

struct effect_redis {
	enum redis_script script;
	char *uid;               /* of the operation; names the keys. "" for REDIS_PROBE */
	char **args;             /* counted strings are not needed: no value holds a NUL */
	size_t nargs;
};

/* How to log in to a node's host. */
struct effect_login {
	int port;                        /* 0: 22 */
	char user[EFFECT_ADDRESS];
	char secret[EFFECT_NAME];        /* "namespace/name": keys ssh-privatekey and known_hosts */
};

struct effect_rest {
	char address[EFFECT_ADDRESS];    /* numeric */
	int port;
	char method[EFFECT_METHOD];
	char *path;
	struct effect_login *through;    /* the API listens on the host's loopback only, and is asked through ssh to
					  * 'address'; NULL: it is asked there itself */
	bool passing;                    /* asked now and then: its connection need not be kept */
};

struct effect_host {
	char address[EFFECT_ADDRESS];
	int port;                        /* 0: 22 */
	char user[EFFECT_ADDRESS];
	char secret[EFFECT_NAME];        /* "namespace/name": keys ssh-privatekey and known_hosts */
	char *args[EFFECT_ARGS];         /* argv, each of [A-Za-z0-9._:@/=,-]+ ; NULL after the last */
};

/* A key of a Secret; io has what it holds. */
struct effect_secret {
	char *name;                      /* "namespace/name"; NULL: none is meant */
	char *key;
};

struct effect_web {
	char method[EFFECT_METHOD];
	char *url;                       /* "https://host/path"; NULL: the Secret's key holds it */
	struct effect_secret url_from;   /* no answer and no error tells what it holds */
	char *query;                     /* added to the URL: "wait=true"; or NULL */
	char *headers;                   /* "Name: value\n…"; or NULL */
	char *body;                      /* or NULL */
	struct effect_secret sign_with;  /* header X-Strait-Signature: HMAC-SHA256 of X-Strait-Timestamp, '.', body */
};

/* Answered by the name as the body; refused when it has none. */
struct effect_dns {
	char address[EFFECT_ADDRESS];    /* numeric */
};

struct effect {
	enum effect_kind kind;
	uint64_t id;
	int64_t deadline_ms;     /* give up so long after now; 0: never (streams) */
	int64_t not_after_up;    /* acts: io reads the clock right before the first byte and answers NOT_SENT when it
				  * is past; 0: no limit */
	union {
		struct effect_kube kube;
		struct effect_redis redis;
		struct effect_rest rest;
		struct effect_host host;
		struct effect_web web;
		struct effect_dns dns;
		struct {
			int level;       /* enum log_level */
			char *message;
			char *fields;    /* "key\0value\0…\0": pairs, ended by an empty key; or NULL */
		} log;
		int status;              /* EFFECT_EXIT */
	};
};

struct effects {
	struct effect *list;
	size_t count;
	int64_t wake_up_ms;      /* EVENT_WAKE is wanted at this up time; INT64_MAX: not at all */
};

/* Append an empty effect of 'kind'; the result is valid until the next one. */
struct effect *effects_add(struct effects *out, enum effect_kind kind, uint64_t id);
/* Free every effect and the list; the struct is empty again. */
void effects_clear(struct effects *out);
/* Free what one effect owns. */
void effect_done(struct effect *effect);
const char *effect_kind_name(enum effect_kind kind);
