--[[
  Takes events that are to be sent now. One that is not settled in time is due again.

  Atomic because one gateway is to send an event.

  KEYS[1] due  SORTED SET  events by when they are sent next (epoch ms)
  ARGV[1] now      epoch ms
  ARGV[2] leaseMs
  ARGV[3] most

  Returns the ids.
]]
local due = KEYS[1]
local now, leaseMs, most = ARGV[1], ARGV[2], ARGV[3]

local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, most)
for _, id in ipairs(ids) do redis.call('ZADD', due, now + leaseMs, id) end
return ids
