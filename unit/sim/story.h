/* Words to tell a story with: begin, reach, wait, hold, end. */
#pragma once

#include "check.h"
#include "scene.h"

#define ROLLING "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-c-2\"}"

/* The content of a Workflow that restarts two nodes of a zone at a time. */
extern const char own_roll[];

struct scene *begin_with(struct scene_config config);
/* A rolling restart of the usual six nodes. */
struct scene *begin(void);
/* Run until something has happened; it must within the time. */
void reach(struct scene *scene, bool (*until)(struct world *world, const char *arg), const char *arg, int64_t limit_ms);
void wait_ms(struct scene *scene, int64_t ms);
/* To its end, which must be 'phase', with 'nodes' nodes restarted once each, never more than 'limit' at a time;
 * 'nodes' 0: the order is not judged. The scene is freed. */
void end(struct scene *scene, const char *phase, size_t nodes, size_t limit);
/* Acts of the controller that arrived; node NULL: at all nodes. */
size_t arrived(const struct scene *scene, enum sim_event event, const char *node);
/* Starts and restarts. */
size_t started(const struct scene *scene, const char *node);
/* An Event whose note contains both. */
bool event_says(const struct scene *scene, const char *one, const char *other);
bool until_started(struct world *world, const char *node);
bool until_all_serve(struct world *world, const char *unused);

#define HOLDS(scene, condition) \
	do { \
		if (!(condition)) \
			judge_or_fail((scene)->world, #condition, "does not hold", (scene)->config.seed); \
	} while (0)
