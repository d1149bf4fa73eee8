--[[
  Makes a delivery due now, whether it waits for its next try or has ended.

  Atomic because it may be taken, or end, at the same moment.

  KEYS[1] delivery  HASH
  KEYS[2] due       SORTED SET  deliveries that wait, by their next try (epoch ms)
  KEYS[3] over      SORTED SET  deliveries that wait no more, by their end (epoch ms)
  KEYS[4] counts    HASH        client to number of deliveries that wait
  ARGV[1] id
  ARGV[2] now    epoch ms
  ARGV[3] ttlMs  of the record
  ARGV[4] most   deliveries that may wait

  Returns 'due', 'under-way', 'full' or 'missing'.
]]
local delivery, due, over, counts = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, now, ttlMs, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('EXISTS', delivery) == 0 then return 'missing' end
local heldUntil = tonumber(redis.call('HGET', delivery, 'heldUntil') or 0)
if heldUntil > tonumber(now) then return 'under-way' end
if not redis.call('ZSCORE', due, id) then
  if redis.call('ZCARD', due) >= tonumber(most) then return 'full' end
  redis.call('ZREM', over, id)
  redis.call('HINCRBY', counts, redis.call('HGET', delivery, 'owner') or '', 1)
end
-- The time limit for its tries starts anew.
redis.call('HSET', delivery, 'status', 'waiting', 'failures', 0, 'since', now)
redis.call('PEXPIRE', delivery, ttlMs)
redis.call('ZADD', due, now, id)
return 'due'
