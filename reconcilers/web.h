/* Servers on the web, for task authors: observe and act side by side. What a header or a body carries stands in the
 * operation's journal and log: secrets do not belong there. */
#pragma once

#include "reconciler.h"

/* What leaves. Texts are borrowed for the call. */
struct web_request {
	const char *method;       /* "POST" */
	const char *url;          /* "https://host/path?query" */
	const char *headers;      /* "Name: value", each ended by a newline; or NULL */
	const char *body;         /* or NULL */
};

/* GET; redirects are not followed. 'headers' as above. NULL: being asked. */
const struct answer *web_get(struct task *t, const char *url, const char *headers);
/* GET of a service's path with one query parameter, whose value is escaped: "http://prometheus:9090", "/api/v1/query". */
const struct answer *web_query(struct task *t, const char *url, const char *path, const char *key, const char *value);
/* The TargetCluster's spec.access.prometheus.url and manager.url, without a slash at its end; NULL: it has none. And its
 * spec.clusterName. */
const char *web_prometheus(struct task *t);
const char *web_manager(struct task *t);
const char *web_cluster_name(struct task *t);
/* Never NULL. 'label' names the act in the journal. An answer of 2xx is ACT_ANSWERED, any other ACT_REFUSED: what that
 * means is the author's to say; 'retry_after_ms' is what the server asked for. */
const struct act *web_send(struct task *t, const char *label, enum act_kind kind, const struct web_request *request);

/* What has become of a message to channels of the target cluster. */
enum told {
	TOLD_WAITING,
	TOLD_SENT,        /* every channel has taken it */
	TOLD_REFUSED,     /* one will not: the attempt is over; the next one tries again those that have not taken it */
};

/* Tell 'channels' (names with commas in between) of 'message', each once in this step, as the engine's own notifications are
 * told: journaled, tried again, after Retry-After. '*ret_why' says what is waited for or refused; borrowed for the pass. */
enum told web_tell(struct task *t, const char *channels, const char *message, const char **ret_why);
