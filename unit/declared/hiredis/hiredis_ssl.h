/* What controller/io/redis_tls.c uses of the header of this name, which hiredis has since 1.0: declared from its public
 * interface, so that where the distribution has it not the compilers read that file all the same (make lint). No program is
 * linked by it. */
#pragma once

struct redisContext;
struct ssl_st;

/* The negotiation begins on a session of the caller's. REDIS_OK: it belongs to the context now. */
int redisInitiateSSL(struct redisContext *context, struct ssl_st *session);
