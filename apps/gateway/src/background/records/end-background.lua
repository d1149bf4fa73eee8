--[[
  Ends a background request: it is answered, cancelled or deleted.

  Atomic because it may be cancelled and answered at the same moment, and because a gateway that
  another one took for dead must not end it any more.

  KEYS[1] record   HASH
  KEYS[2] open     SORTED SET  requests by creation
  KEYS[3] leaders  HASH        request to gateway
  KEYS[4] counts   HASH        client to number of open requests
  KEYS[5] expiries SORTED SET  requests by when they are removed
  KEYS[6] jobs     HASH        request to job
  KEYS[7] untold   SORTED SET  responses whose end is not published yet, by their end (epoch ms)
  ARGV[1] id
  ARGV[2] owner      '' without client keys
  ARGV[3] gatewayId  the leader that it must have; '' for any
  ARGV[4] expiresAt  epoch ms
  ARGV[5] ttlMs      of the record
  ARGV[6] toldFrom   epoch ms of the end that is to be published; '' for none
  ARGV[7...]         pairs of field and value

  Returns 'done', 'other-leader', 'missing', or the status of a request that has ended.
]]
local record, open, leaders, counts = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local expiries, jobs, untold = KEYS[5], KEYS[6], KEYS[7]
local id, owner, gatewayId, expiresAt, ttlMs, toldFrom = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local status = redis.call('HGET', record, 'status')
if not status then return 'missing' end
if status ~= 'open' then return status end
if gatewayId ~= '' and redis.call('HGET', leaders, id) ~= gatewayId then return 'other-leader' end
redis.call('HSET', record, unpack(ARGV, 7))
redis.call('PEXPIRE', record, ttlMs)
redis.call('HDEL', leaders, id)
redis.call('HDEL', jobs, id)
if toldFrom ~= '' then redis.call('ZADD', untold, toldFrom, id) end
redis.call('ZADD', expiries, expiresAt, id)
if redis.call('ZREM', open, id) == 1 and redis.call('HINCRBY', counts, owner, -1) <= 0 then
  redis.call('HDEL', counts, owner)
end
return 'done'
