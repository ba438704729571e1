/* TLS to Redis, where the distribution's hiredis brings it (hiredis_ssl, since 1.0). hiredis by itself looks at the chain
 * of a certificate and not at the name in it, so the session is made here. */
#include "redis_private.h"

#ifdef STRAIT_REDIS_TLS

#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>

bool
redis_tls_is_built_in(void)
{
	return true;
}

/* -1 and what 'what' is wrong, in OpenSSL's words. */
static int
refuse(struct err *err, const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, "%s%s%s: %s", what, file ? " " : "", file ? file : "", reason ? reason : "of no use");
}

static int
configure(SSL_CTX *tls, const struct redis_url *url, struct err *err)
{
	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls, url->unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	if (url->ca_file && SSL_CTX_load_verify_locations(tls, url->ca_file, NULL) != 1)
		return refuse(err, "ca-file", url->ca_file);
	if (!url->ca_file && SSL_CTX_set_default_verify_paths(tls) != 1)
		return refuse(err, "this machine's certificates", NULL);
	if (url->cert_file && SSL_CTX_use_certificate_chain_file(tls, url->cert_file) != 1)
		return refuse(err, "cert-file", url->cert_file);
	if (url->key_file && SSL_CTX_use_PrivateKey_file(tls, url->key_file, SSL_FILETYPE_PEM) != 1)
		return refuse(err, "key-file", url->key_file);
	return 0;
}

static int
expect_name(SSL *tls, const char *name, struct err *err)
{
	struct in6_addr numeric;
	bool is_address = inet_pton(AF_INET, name, &numeric) == 1 || inet_pton(AF_INET6, name, &numeric) == 1;

	if (is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name) == 1 ? 0 : refuse(err, "the address", name);
	if (SSL_set_tlsext_host_name(tls, name) != 1 || SSL_set1_host(tls, name) != 1)
		return refuse(err, "the name", name);
	return 0;
}

/* What is wrong with the certificate; NULL: nothing, as far as it was seen. */
static const char *
complaint(const SSL *tls, const struct redis_url *url)
{
	long verdict = SSL_get_verify_result(tls);

	return verdict == X509_V_OK || url->unverified ? NULL : X509_verify_cert_error_string(verdict);
}

int
redis_tls_begin(struct redis *redis, redisAsyncContext *context, struct err *err)
{
	const char *name = redis->url.server_name ? redis->url.server_name : redis->target.host;
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	SSL *tls = NULL;
	int r = settings ? configure(settings, &redis->url, err) : refuse(err, "TLS", NULL);

	redis_tls_end(redis);
	if (!r) {
		tls = SSL_new(settings);
		r = tls ? expect_name(tls, name, err) : refuse(err, "TLS", NULL);
	}
	SSL_CTX_free(settings);
	if (!r && redisInitiateSSL(&context->c, tls) != REDIS_OK)
		r = err_set(err, "TLS: %s", complaint(tls, &redis->url) ? complaint(tls, &redis->url) : context->c.errstr);
	if (r) {
		SSL_free(tls);
		return -1;
	}
	/* hiredis owns one reference, which goes with the connection; the reason of its end is read from ours. */
	SSL_up_ref(tls);
	redis->tls = tls;
	return 0;
}

const char *
redis_tls_reason(const struct redis *redis, const char *reason)
{
	if (redis->tls && complaint(redis->tls, &redis->url))
		return complaint(redis->tls, &redis->url);
	if (redis->tls && !SSL_is_init_finished(redis->tls))
		return "connected, but the TLS handshake was not ended: does it speak TLS?";
	return reason;
}

void
redis_tls_end(struct redis *redis)
{
	SSL_free(redis->tls);
	redis->tls = NULL;
}

#else

bool
redis_tls_is_built_in(void)
{
	return false;
}

int
redis_tls_begin(struct redis *redis, redisAsyncContext *context, struct err *err)
{
	(void)redis, (void)context;
	return err_set(err, "this build is without TLS to Redis");
}

const char *
redis_tls_reason(const struct redis *redis, const char *reason)
{
	(void)redis;
	return reason;
}

void
redis_tls_end(struct redis *redis)
{
	(void)redis;
}

#endif
