#include "carry.h"
#include "kube_client.h"

_Static_assert((int)KUBE_SHORT == KUBE_LANE_SHORT && (int)KUBE_WATCH == KUBE_LANE_WATCH &&
    (int)KUBE_LEASE == KUBE_LANE_LEASE, "enum kube_pool and enum kube_lane are the same list");

void
carry_kube(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_kube *kube = &effect->kube;

	flight->request = kube_client_start(shell->kube, &(struct kube_ask){
	    .lane = (enum kube_lane)kube->pool,
	    .method = kube->method,
	    .path = kube->path,
	    .content_type = kube->content_type,
	    .body = kube->body,
	    .deadline_ms = effect->deadline_ms,
	    .not_after_up = effect->not_after_up,
	    .once = kube->once,
	    .line = kube->stream ? flight_line : NULL,
	    .done = flight_done,
	    .user = flight,
	});
}
