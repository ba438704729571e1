/* Children that die with the controller. libuv offers no place to ask for that between fork and exec, so a child is
 * started as our own program once more, with this word first: it asks, and becomes what it should be. */
#pragma once

#define CHILD_WORD "--exec-child"

/* Become argv[0], found along PATH, and be killed when the parent ends. Returns only on failure: an exit status. */
int child_exec(char **argv);
