--[[
  Takes deliveries that are to be tried now. One that is not settled in time becomes due again.

  Atomic because only one gateway may try a delivery.

  KEYS[1] due     SORTED SET  deliveries that wait, by their next try (epoch ms)
  KEYS[2] all     SORTED SET  deliveries by creation (epoch ms)
  KEYS[3] counts  HASH        client to number of deliveries that wait
  ARGV[1] now       epoch ms
  ARGV[2] leaseMs
  ARGV[3] most
  ARGV[4] deliveryPrefix  of the keys of records

  Returns the ids.
]]
local due, all, counts = KEYS[1], KEYS[2], KEYS[3]
local now, leaseMs, most, deliveryPrefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, most)) do
  if redis.call('EXISTS', deliveryPrefix .. id) == 1 then
    redis.call('ZADD', due, now + leaseMs, id)
    redis.call('HSET', deliveryPrefix .. id, 'heldUntil', now + leaseMs)
    table.insert(taken, id)
  else
    -- Its record expired because no gateway ran for a long time.
    redis.call('ZREM', due, id)
    redis.call('ZREM', all, id)
  end
end
if redis.call('ZCARD', due) == 0 then redis.call('DEL', counts) end
return taken
