--[[
  Changes a batch's record, and removes the replies that have been stored from their stream.

  Atomic because only the gateway that leads the batch may do so: one that lost its lease (it was
  frozen, or cut off from Redis) must not change anything any more.

  KEYS[1] batch    HASH
  KEYS[2] lease    STRING  id of the lease in force
  KEYS[3] replies  STREAM
  ARGV[1] leaseId
  ARGV[2] expected  the status that the batch must have; '' for any
  ARGV[3] minId     entries with lower ids are removed; '' for none
  ARGV[4...]        pairs of field and value

  Returns 'done', 'lease-lost' or 'other-status'.
]]
local batch, lease, replies = KEYS[1], KEYS[2], KEYS[3]
local leaseId, expected, minId = ARGV[1], ARGV[2], ARGV[3]

if redis.call('GET', lease) ~= leaseId then return 'lease-lost' end
if expected ~= '' and redis.call('HGET', batch, 'status') ~= expected then return 'other-status' end
if #ARGV > 3 then redis.call('HSET', batch, unpack(ARGV, 4)) end
if minId ~= '' then redis.call('XTRIM', replies, 'MINID', minId) end
return 'done'
