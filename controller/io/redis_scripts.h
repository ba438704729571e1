/* The journal's Lua scripts. Keys of each, in this order: strait:{UID}:meta (hash: epoch, seq, digest, format),
 * :steps (hash: field -> JSON value), :plan (string), :log (stream). Arguments and replies: redis.h. */
#pragma once

extern const char *const redis_lua_takeover;
extern const char *const redis_lua_write;
extern const char *const redis_lua_expire;
