#include "carry.h"

#include "alloc.h"
#include "secret.h"
#include "ssh.h"

bool
flight_login(struct flight *flight, const char *secret, struct ssh_ask *login)
{
	const struct secrets *secrets = flight->shell->secrets;

	login->secret = secret;
	login->key = secrets_get(secrets, secret, "ssh-privatekey");
	login->known_hosts = secrets_get(secrets, secret, "known_hosts");
	if (!login->key || !login->known_hosts) {
		char *why CLEANUP_FREE = xasprintf("not sent: Secret %s is not here or lacks the key %s; it needs "
		    "ssh-privatekey and known_hosts", secret, login->key ? "known_hosts" : "ssh-privatekey");

		flight_refuse(flight, why);
		return false;
	}
	return true;
}

void
carry_host(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_host *host = &effect->host;
	char *args[EFFECT_ARGS + 1] = {0};
	struct ssh_run *run;
	struct ssh_ask ask = {
		.address = host->address,
		.port = host->port,
		.user = host->user,
		.args = args,
		.deadline_ms = effect->deadline_ms,
		.not_after_up = effect->not_after_up,
		.done = flight_done,
		.user_data = flight,
	};

	if (!flight_login(flight, host->secret, &ask))
		return;
	for (size_t i = 0; i < EFFECT_ARGS; i++)
		args[i] = host->args[i];
	/* NULL: answered already, and the flight is over. */
	run = ssh_start(shell->ssh, &ask);
	if (run)
		flight->request = run;
}
