/* Shared by http.c (requests), http_easy.c (libcurl's options) and http_glue.c (libcurl on the loop). */
#pragma once

#include <curl/curl.h>
#include <uv.h>

#include "http.h"

struct http_socket;

enum { HTTP_KEPT = 2048 };               /* connections of a pool; further ones are closed after their request */

struct http {
	CURLM *multi;
	uv_timer_t timer;
	struct loop *loop;
	struct http_config config;
	char *user_agent;
	struct curl_slist *headers;      /* of a request without own ones */
	struct http_socket **sockets;    /* by descriptor */
	size_t nsockets;
	size_t open;                     /* connections */
	struct http_request *active;     /* doubly linked */
	struct http_request *spare;      /* by 'next': their easy handles keep their options */
	size_t nspare;
	char *ca, *cert, *key;
	char *proxy;             /* NULL: none */
	struct curl_slist *connect_to;
	bool insecure;
	unsigned tls_generation;         /* a spare handle of an older one is set up anew */
};

struct http_request {
	struct http *http;
	struct http_request *next, *previous;
	CURL *easy;
	unsigned tls_generation;
	struct curl_slist *headers;      /* own ones, or NULL */
	bool given;                      /* a socket was given: */
	int connected;                   /* until it takes its place; -1: none */
	int stand_in;                    /* what libcurl connects instead, and uses; -1: none yet */
	struct buf body;                 /* or the line that has begun */
	char error[CURL_ERROR_SIZE];
	char method[8];
	char *place;                     /* owned; or NULL */
	struct instant sent;             /* up_ms 0: not yet */
	int64_t deadline_ms;
	int64_t not_after_up;
	bool late;                       /* not_after was over */
	bool whole_head;                 /* of the answer: libcurl takes one that is cut off for whole */
	io_line_fn *line;
	io_done_fn *done;
	void *user;
};

/* http_easy.c */
CURL *http_easy_new(struct http_request *request);
void http_easy_tls(struct http_request *request);
void http_easy_ask(struct http_request *request, const struct http_ask *ask);

/* http_glue.c */
void http_glue_init(struct http *http);
void http_glue_done(struct http *http);
/* 'user' is the request. */
curl_socket_t http_glue_open(void *user, curlsocktype purpose, struct curl_sockaddr *address);
/* libcurl thinks that it is connected: it is, from now on. 0 or -1. */
int http_glue_connected(struct http_request *request);
int http_glue_close(void *user, curl_socket_t fd);

/* http.c: libcurl has done something; take the requests that ended. */
void http_reap(struct http *http);
