--[[
  Records how a try of a delivery ended: it is due again, or it has ended. The deliveries that ended
  the longest ago are forgotten.

  Atomic because another gateway may have taken and settled it meanwhile, and because the counts
  must match the deliveries that wait.

  KEYS[1] delivery  HASH
  KEYS[2] all       SORTED SET  deliveries by creation (epoch ms)
  KEYS[3] due       SORTED SET  deliveries that wait, by their next try (epoch ms)
  KEYS[4] over      SORTED SET  deliveries that wait no more, by their end (epoch ms)
  KEYS[5] counts    HASH        client to number of deliveries that wait
  ARGV[1] id
  ARGV[2] owner     '' without client keys
  ARGV[3] now       epoch ms
  ARGV[4] nextAt    epoch ms; '' when it has ended
  ARGV[5] ttlMs     of the record
  ARGV[6] mostOver  that are remembered
  ARGV[7] deliveryPrefix  of the keys of records
  ARGV[8...]        pairs of field and value

  Returns 1, or 0 when it was not waiting any more.
]]
local delivery, all, due, over, counts = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, owner, now, nextAt, ttlMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local mostOver, deliveryPrefix = ARGV[6], ARGV[7]

if not redis.call('ZSCORE', due, id) then return 0 end
redis.call('HSET', delivery, unpack(ARGV, 8))
redis.call('HDEL', delivery, 'heldUntil')
redis.call('PEXPIRE', delivery, ttlMs)
if nextAt ~= '' then
  redis.call('ZADD', due, nextAt, id)
  return 1
end
redis.call('ZREM', due, id)
if redis.call('HINCRBY', counts, owner, -1) <= 0 then redis.call('HDEL', counts, owner) end
redis.call('ZADD', over, now, id)

local function forget(old)
  redis.call('DEL', deliveryPrefix .. old)
  redis.call('ZREM', all, old)
  redis.call('ZREM', over, old)
end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', over, '-inf', now - ttlMs, 'LIMIT', 0, 100)) do forget(old) end
local above = redis.call('ZCARD', over) - mostOver
if above > 0 then
  for _, old in ipairs(redis.call('ZRANGE', over, 0, math.min(above, 100) - 1)) do forget(old) end
end
return 1
