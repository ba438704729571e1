/* The API server's model (unit/sim/model_kube) and a real one, asked the same and compared: the status, and what it says
 * apart from what must differ (versions, uids, times, managedFields). */
#pragma once

#include "kit.h"
#include "kube_client.h"
#include "kubeconfig.h"
#include "model_kube.h"

enum pair_side { MODEL, REAL, SIDES };

enum { PAIR_NAMES = 6, PAIR_TEXT = 64, PAIR_LINES = 512 };

/* What each side last told of an object: templates name it. */
struct pair_known {
	char name[PAIR_TEXT];
	char uid[SIDES][PAIR_TEXT], version[SIDES][PAIR_TEXT], stale[SIDES][PAIR_TEXT];
};

/* A watch on both sides; what it told, as compared. */
struct pair_watch {
	uint64_t id;                     /* the model's */
	struct http_request *request;    /* the real one's; NULL once it has ended */
	int ended, count;
	char *lines[PAIR_LINES];
};

struct pair {
	struct loop loop;
	struct kubeconfig config;
	struct kube_client *client;
	struct api *model;
	const char *namespace_;
	struct pair_known known[PAIR_NAMES];
	size_t requests;
	uint64_t watches;
	int status;                      /* of the last answer; both the same */
	char *said[SIDES];               /* the last answers' bodies, whole */
	char token[SIDES][1024];         /* where the last list went on; "": it was whole */
	char doing[900];                 /* the step, for a failure's text */
};

struct pair *pair_open(const char *kubeconfig, const char *namespace_);
void pair_close(struct pair *pair);

/* Ask both: @uid@, @version@ and @stale@ in path and body stand for what each side last told of 'name' (NULL: of none),
 * @token@ for where its last list went on.
 * The test fails when the answers differ. Returns the status. */
int pair_ask(struct pair *pair, const char *name, const char *method, const char *path, const char *type,
    const char *body);
/* A user's hand: the real one is asked, and must answer 'status'; the model has functions for it. */
void pair_hand(struct pair *pair, const char *method, const char *path, const char *type, const char *body, int status);
struct pair_known *pair_known(struct pair *pair, const char *name);
/* What is compared of a body: owned. */
char *pair_plain(const char *body);

/* 'path' with "watch=1&resourceVersion=@version@": from what the last answer, a list, said. */
struct pair_watch *pair_watch(struct pair *pair, const char *path);
/* Both have told the same, and all of it. Returns how many lines. */
int pair_watched(struct pair *pair, struct pair_watch *watch);
void pair_unwatch(struct pair *pair, struct pair_watch *watch);
