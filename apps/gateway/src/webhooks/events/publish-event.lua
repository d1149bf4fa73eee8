--[[
  Records an event to be sent, once for each id.

  Atomic because an event that is recorded and not due would never be sent.

  KEYS[1] event  STRING      JSON
  KEYS[2] due    SORTED SET  events by when they are sent next (epoch ms)
  ARGV[1] id
  ARGV[2] delivery  JSON
  ARGV[3] now       epoch ms
  ARGV[4] ttlMs
  ARGV[5] most      events that may be due

  Returns 'published', 'known' or 'full'.
]]
local event, due = KEYS[1], KEYS[2]
local id, delivery, now, ttlMs, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

if redis.call('EXISTS', event) == 1 then return 'known' end
if redis.call('ZCARD', due) >= tonumber(most) then return 'full' end
redis.call('SET', event, delivery, 'PX', ttlMs)
redis.call('ZADD', due, now, id)
return 'published'
