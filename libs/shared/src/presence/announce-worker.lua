--[[
  Records that a worker is alive, by Redis's clock, and forgets workers that are long gone.

  KEYS[1] workers   SORTED SET  worker id by its latest heartbeat, ms since the epoch
  KEYS[2] details   STRING      what the worker reports about itself, JSON
  ARGV[1] worker id
  ARGV[2] details
  ARGV[3] forgetAfterMs

  Returns nothing.
]]
--- @include "now"
local now, forgetAfterMs = readNow(), ARGV[3]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - forgetAfterMs)
redis.call('PEXPIRE', KEYS[1], forgetAfterMs)
redis.call('SET', KEYS[2], ARGV[2], 'PX', forgetAfterMs)
