#include "dns.h"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "alloc.h"
#include "loop.h"

enum { SERVER_S = 1 };           /* asked of each server once, for so long: a thread must not hang on one that is away */

struct dns {
	struct loop *loop;
	struct dns_query *list;
};

struct dns_query {
	struct dns *dns;
	struct dns_query *next, **at;
	uv_work_t work;
	uv_timer_t deadline;
	struct sockaddr_storage address;
	socklen_t len;
	char name[NI_MAXHOST];
	int status;              /* getnameinfo()'s */
	bool told;               /* or not wanted any more */
	io_done_fn *done;
	void *user;
};

struct dns *
dns_new(struct loop *loop)
{
	struct dns *dns = xcalloc(1, sizeof *dns);

	dns->loop = loop;
	return dns;
}

/* In a thread; the resolver's state is the thread's own. */
static void
look_up(uv_work_t *work)
{
	struct dns_query *query = work->data;

	if (!(_res.options & RES_INIT))
		res_init();
	_res.retrans = SERVER_S;
	_res.retry = 1;
	query->status = getnameinfo((const struct sockaddr *)&query->address, query->len, query->name, sizeof query->name,
	    NULL, 0, NI_NAMEREQD);
}

static void
tell(struct dns_query *query, enum io_outcome outcome, const char *why)
{
	struct buf body CLEANUP_BUF = BUF_INIT(NI_MAXHOST);
	struct io_answer answer = {.outcome = outcome, .body = &body, .error = why, .sent = loop_now()};

	if (query->told)
		return;
	query->told = true;
	if (outcome == IO_ANSWERED)
		buf_puts(&body, query->name);
	query->done(query->user, &answer);
}

static void
on_closed(uv_handle_t *timer)
{
	free(timer->data);
}

static void
on_looked_up(uv_work_t *work, int status)
{
	struct dns_query *query = work->data;

	*query->at = query->next;
	if (query->next)
		query->next->at = query->at;
	if (status == 0 && query->status == 0)
		tell(query, IO_ANSWERED, NULL);
	else
		tell(query, IO_REFUSED, status ? "not asked any more" : gai_strerror(query->status));
	uv_close((uv_handle_t *)&query->deadline, on_closed);
}

static void
on_deadline(uv_timer_t *timer)
{
	struct dns_query *query = timer->data;

	tell(query, IO_TIMEOUT, "DNS has not answered");
	uv_cancel((uv_req_t *)&query->work);
}

static void
parse(struct dns_query *query, const char *address)
{
	if (uv_ip4_addr(address, 0, (struct sockaddr_in *)&query->address) == 0)
		query->len = sizeof(struct sockaddr_in);
	else if (uv_ip6_addr(address, 0, (struct sockaddr_in6 *)&query->address) == 0)
		query->len = sizeof(struct sockaddr_in6);
}

struct dns_query *
dns_start(struct dns *dns, const char *address, int64_t deadline_ms, io_done_fn *done, void *user)
{
	struct dns_query *query = xcalloc(1, sizeof *query);

	query->dns = dns;
	query->done = done;
	query->user = user;
	parse(query, address);   /* what is none is refused by getnameinfo() */
	query->work.data = query->deadline.data = query;
	query->next = dns->list;
	query->at = &dns->list;
	if (query->next)
		query->next->at = &query->next;
	dns->list = query;
	uv_timer_init(&dns->loop->uv, &query->deadline);
	loop_timer(&query->deadline, on_deadline, deadline_ms);
	if (uv_queue_work(&dns->loop->uv, &query->work, look_up, on_looked_up))
		abort();                 /* only ever without a function to call */
	return query;
}

void
dns_cancel(struct dns_query *query)
{
	query->told = true;
	uv_cancel((uv_req_t *)&query->work);
}

struct dns *
dns_free(struct dns *dns)
{
	if (!dns)
		return NULL;
	for (struct dns_query *query = dns->list; query; query = query->next)
		dns_cancel(query);
	while (dns->list)
		loop_turn(dns->loop, true);
	free(dns);
	return NULL;
}
