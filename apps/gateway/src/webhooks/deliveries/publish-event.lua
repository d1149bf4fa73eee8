--[[
  Records an event to be delivered, once for each id.

  Atomic because an event that is recorded but not due would never be sent.

  KEYS[1] delivery  HASH
  KEYS[2] all       SORTED SET  deliveries by creation (epoch ms)
  KEYS[3] due       SORTED SET  deliveries that wait, by their next try (epoch ms)
  KEYS[4] counts    HASH        client to number of deliveries that wait
  ARGV[1] id
  ARGV[2] owner     '' without client keys
  ARGV[3] now       epoch ms
  ARGV[4] ttlMs     of the record
  ARGV[5] most      deliveries that may wait
  ARGV[6] mostOfOwner
  ARGV[7...]        pairs of field and value

  Returns 'published', 'known' or 'full'.
]]
local delivery, all, due, counts = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, owner, now, ttlMs, most, mostOfOwner = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if redis.call('EXISTS', delivery) == 1 then return 'known' end
if redis.call('ZCARD', due) >= tonumber(most) then return 'full' end
if tonumber(redis.call('HGET', counts, owner) or 0) >= tonumber(mostOfOwner) then return 'full' end
redis.call('HSET', delivery, unpack(ARGV, 7))
redis.call('PEXPIRE', delivery, ttlMs)
redis.call('ZADD', all, now, id)
redis.call('ZADD', due, now, id)
redis.call('HINCRBY', counts, owner, 1)
return 'published'
