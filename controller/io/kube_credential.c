#include "kube_credential.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "base64.h"
#include "instant.h"
#include "json.h"
#include "kube_exec.h"
#include "kubeconfig.h"

void
kube_exec_done(struct kube_exec_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->nargs; i++)
		free(plan->argv[i]);
	for (size_t i = 0; i < plan->nenv; i++)
		free(plan->env[i]);
	free(plan->argv);
	free(plan->env);
	free(plan->place);
	free(plan->api_version);
	free(plan->install_hint);
	free(plan);
}

static void
put_cluster(struct json_out *out, const struct kubeconfig *config)
{
	json_open(out, "cluster");
	json_put_str(out, "server", config->server);
	json_put_str(out, "tls-server-name", config->tls_server_name);
	json_put_str(out, "proxy-url", config->proxy);
	if (config->insecure)
		json_put_bool(out, "insecure-skip-tls-verify", true);
	if (config->ca) {
		char *data CLEANUP_FREE = base64_encode(config->ca, strlen(config->ca));

		json_put_str(out, "certificate-authority-data", data);
	}
	json_close(out);
}

char *
kube_credential_question(const struct kubeconfig *config, bool interactive)
{
	struct buf text = BUF_INIT(BUF_MAX_FILE);
	struct json_out out = JSON_OUT(&text);

	json_open(&out, NULL);
	json_put_str(&out, "kind", "ExecCredential");
	json_put_str(&out, "apiVersion", config->exec->api_version);
	json_open(&out, "spec");
	json_put_bool(&out, "interactive", interactive);
	if (config->exec->cluster_info)
		put_cluster(&out, config);
	json_close(&out);
	json_close(&out);
	return buf_take(&text);
}

static void
replace(char **secret, const char *by)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = xstrdup_or_null(by);
}

int
kube_exec_take(struct kubeconfig *config, const char *text, size_t len, struct err *err)
{
	const struct kube_exec_plan *plan = config->exec;
	struct err why = {""};
	CLEANUP_JSON struct cJSON *answer = json_parse(text, len, &why);
	const struct cJSON *status = json_get(answer, "status");
	const char *token = json_str(status, "token"), *cert = json_str(status, "clientCertificateData");
	const char *key = json_str(status, "clientKeyData"), *expires = json_str(status, "expirationTimestamp");
	int64_t until = expires ? instant_parse(expires) : 0;

	if (!answer)
		return err_set(err, "%s: %s printed no ExecCredential: %.200s", plan->place, plan->argv[0], why.text);
	if (strcmp(json_str_or(answer, "kind", ""), "ExecCredential") != 0 ||
	    strcmp(json_str_or(answer, "apiVersion", ""), plan->api_version) != 0)
		return err_set(err, "%s: %s printed %.60s of %.60s, expected ExecCredential of %s", plan->place, plan->argv[0],
		    json_str_or(answer, "kind", "no kind"), json_str_or(answer, "apiVersion", "no apiVersion"),
		    plan->api_version);
	if (!cert != !key)
		return err_set(err, "%s: %s told clientCertificateData or clientKeyData without the other", plan->place,
		    plan->argv[0]);
	if ((!token || !*token) && !cert)
		return err_set(err, "%s: %s told neither a token nor a client certificate", plan->place, plan->argv[0]);
	if (until < 0 || (expires && until == 0))
		return err_set(err, "%s: %s told an expirationTimestamp that is no time: \"%.40s\"", plan->place,
		    plan->argv[0], expires);
	replace(&config->token, token);
	replace(&config->cert, cert);
	replace(&config->key, key);
	config->expires_wall_ms = until;
	return 0;
}
