/* Events about any object, as kubectl describe shows them: best effort. op_event() is for operations. */
#pragma once

struct core;

struct event_about {
	const char *api_version, *kind, *name, *namespace_, *uid;
};

/* 'type': Normal or Warning; 'note': at most 1024 bytes. */
void core_event(struct core *core, const struct event_about *about, const char *type, const char *reason, const char *note);
