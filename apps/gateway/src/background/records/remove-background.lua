--[[
  Forgets a background request that is not open, for instance one that was not accepted.

  Atomic because a request with the same Idempotency-Key may create it at this moment.

  KEYS[1] record   HASH
  KEYS[2] open     SORTED SET  requests by creation
  KEYS[3] leaders  HASH        request to gateway
  KEYS[4] counts   HASH        client to number of open requests
  KEYS[5] expiries SORTED SET  requests by when they are removed
  KEYS[6] jobs     HASH        request to job
  ARGV[1] id

  Returns 1, or 0 when it is open.
]]
local record, open, leaders, counts, expiries, jobs = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id = ARGV[1]

local status = redis.call('HGET', record, 'status')
if status == 'open' then return 0 end
redis.call('ZREM', expiries, id)
-- The mark of a deletion stays: a gateway may still be working on the request.
if status ~= 'deleted' then redis.call('DEL', record) end
-- Its record expired while no gateway ran; its owner is not known any more.
if redis.call('ZREM', open, id) == 1 then
  redis.call('HDEL', leaders, id)
  redis.call('HDEL', jobs, id)
  if redis.call('ZCARD', open) == 0 then redis.call('DEL', counts) end
end
return 1
