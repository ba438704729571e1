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
/* Never NULL. 'label' names the act in the journal. An answer of 2xx is ACT_ANSWERED, any other ACT_REFUSED: what that
 * means is the author's to say; 'retry_after_ms' is what the server asked for. */
const struct act *web_send(struct task *t, const char *label, enum act_kind kind, const struct web_request *request);
