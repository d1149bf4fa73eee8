--[[
  Records a background request, led by the gateway that accepted it.

  Atomic because the bounds must hold across gateways, and because one Idempotency-Key makes one
  request.

  KEYS[1] record   HASH
  KEYS[2] open     SORTED SET  requests by creation
  KEYS[3] leaders  HASH        request to gateway
  KEYS[4] counts   HASH        client to number of open requests
  KEYS[5] expiries SORTED SET  requests by when they are removed
  ARGV[1] id
  ARGV[2] owner      '' without client keys
  ARGV[3] gatewayId
  ARGV[4] order      JSON
  ARGV[5] createdAt  epoch ms
  ARGV[6] expiresAt  epoch ms
  ARGV[7] ttlMs      of the record
  ARGV[8] mostOpen
  ARGV[9] mostOfClient

  Returns 'created', 'exists', 'full' or 'client-full'.
]]
local record, open, leaders, counts, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, owner, gatewayId, order, createdAt = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local expiresAt, ttlMs, mostOpen, mostOfClient = ARGV[6], ARGV[7], ARGV[8], ARGV[9]

if redis.call('EXISTS', record) == 1 then return 'exists' end
if redis.call('ZCARD', open) >= tonumber(mostOpen) then return 'full' end
if tonumber(redis.call('HGET', counts, owner) or 0) >= tonumber(mostOfClient) then return 'client-full' end
redis.call('HSET', record, 'order', order, 'status', 'open')
redis.call('PEXPIRE', record, ttlMs)
redis.call('ZADD', open, createdAt, id)
redis.call('HSET', leaders, id, gatewayId)
redis.call('HINCRBY', counts, owner, 1)
redis.call('ZADD', expiries, expiresAt, id)
return 'created'
