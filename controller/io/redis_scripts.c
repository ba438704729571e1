#include "redis_scripts.h"

/* The epoch is above what is stored and above what is known elsewhere: Redis may have lost one that it has given. The format
 * in the answer is the one that was found. From then on it is the reader's: what it writes may be new, and who
 * reads only the old one must not go on with it. */
const char *const redis_lua_takeover =
    "local stored = redis.call('HGET', KEYS[1], 'format')\n"
    "if stored and tonumber(stored) > tonumber(ARGV[1]) then\n"
    "  return redis.error_reply('NEWERFORMAT stored=' .. stored .. ' ours=' .. ARGV[1])\n"
    "end\n"
    "stored = stored or ARGV[1]\n"
    "redis.call('HSET', KEYS[1], 'format', ARGV[1])\n"
    "local epoch, known = redis.call('HINCRBY', KEYS[1], 'epoch', 1), tonumber(ARGV[2] or 0)\n"
    "if epoch <= known then epoch = redis.call('HINCRBY', KEYS[1], 'epoch', known + 1 - epoch) end\n"
    "for i = 1, #KEYS do redis.call('PERSIST', KEYS[i]) end\n"
    "local meta = redis.call('HMGET', KEYS[1], 'seq', 'digest')\n"
    "local reply = {epoch, tonumber(meta[1] or 0), meta[2] or '', tonumber(stored),\n"
    "               redis.call('GET', KEYS[3]) or ''}\n"
    "local steps = redis.call('HGETALL', KEYS[2])\n"
    "for i = 1, #steps do reply[#reply + 1] = steps[i] end\n"
    "return reply\n";

/* Everything is judged before anything is written: a script cannot be rolled back. */
const char *const redis_lua_write =
    "local meta = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'digest')\n"
    "local epoch, stored = tonumber(meta[1] or 0), tonumber(meta[2] or 0)\n"
    "local seq = tonumber(ARGV[2] or 0)\n"
    "if #ARGV < 5 or #ARGV % 2 == 0 or ARGV[3] == '' then return redis.error_reply('ERR wrong arguments') end\n"
    "if epoch ~= tonumber(ARGV[1]) then return {'STALE', epoch} end\n"
    "if seq == stored and meta[3] == ARGV[3] then return {'OK', stored} end\n"
    "if seq ~= stored + 1 then return {'GAP', stored} end\n"
    "for i = 6, #ARGV, 2 do\n"
    "  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i])\n"
    "  else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end\n"
    "end\n"
    "if ARGV[4] ~= '' then redis.call('SET', KEYS[3], ARGV[4]) end\n"
    "if ARGV[5] ~= '' then\n"
    "  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 1000, '*', 'seq', ARGV[2], 'epoch', ARGV[1], 'text', ARGV[5])\n"
    "end\n"
    "redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'digest', ARGV[3])\n"
    "return {'OK', seq}\n";

const char *const redis_lua_expire =
    "local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or 0)\n"
    "if epoch ~= tonumber(ARGV[1]) then return {'STALE', epoch} end\n"
    "for i = 1, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[2]) end\n"
    "return {'OK'}\n";
