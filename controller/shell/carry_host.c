#include "carry.h"

#include "alloc.h"
#include "secret.h"
#include "ssh.h"

void
carry_host(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_host *host = &effect->host;
	const char *key = secrets_get(shell->secrets, host->secret, "ssh-privatekey");
	const char *known_hosts = secrets_get(shell->secrets, host->secret, "known_hosts");
	char *args[EFFECT_ARGS + 1] = {0};
	struct ssh_run *run;

	if (!key || !known_hosts) {
		char *why CLEANUP_FREE = xasprintf("not sent: Secret %s is not here or lacks the key %s; it needs "
		    "ssh-privatekey and known_hosts", host->secret, key ? "known_hosts" : "ssh-privatekey");

		flight_refuse(flight, why);
		return;
	}
	for (size_t i = 0; i < EFFECT_ARGS; i++)
		args[i] = host->args[i];
	/* NULL: answered already, and the flight is over. */
	run = ssh_start(shell->ssh, &(struct ssh_ask){
	    .address = host->address,
	    .port = host->port,
	    .user = host->user,
	    .secret = host->secret,
	    .key = key,
	    .known_hosts = known_hosts,
	    .args = args,
	    .deadline_ms = effect->deadline_ms,
	    .not_after_up = effect->not_after_up,
	    .done = flight_done,
	    .user_data = flight,
	});
	if (run)
		flight->request = run;
}
