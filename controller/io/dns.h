/* What DNS, and /etc/hosts, call an address: on libuv's threads, so that no answer is waited for by the loop. */
#pragma once

#include <stdint.h>

#include "answer.h"

struct dns;
struct dns_query;
struct loop;

struct dns *dns_new(struct loop *loop);
/* Queries are dropped without their done; those in a thread's hands are waited for, some seconds at most. */
struct dns *dns_free(struct dns *dns);
/* 'address' is numeric, IPv4 or IPv6. The answer's body is the name; refused when there is none. Never completes at once. */
struct dns_query *dns_start(struct dns *dns, const char *address, int64_t deadline_ms, io_done_fn *done, void *user);
/* Drop it: no done. */
void dns_cancel(struct dns_query *query);
