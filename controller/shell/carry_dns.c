#include "carry.h"

#include "dns.h"

void
carry_dns(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);

	flight->request = dns_start(shell->dns, effect->dns.address, effect->deadline_ms, flight_done, flight);
}
