--[[
  Changes a batch's record, removes the replies that have been stored from their stream, and records
  the lines that were put back because of them.

  Atomic because only the gateway that leads the batch may do so: one that lost its lease (it was
  frozen, or cut off from Redis) must not change anything any more; and because a reply that puts its
  line back must count once, whenever the leader dies.

  KEYS[1] batch    HASH
  KEYS[2] lease    STRING  id of the lease in force
  KEYS[3] replies  STREAM
  KEYS[4] retries  HASH    from line to the number of its latest job and its failed tries
  ARGV[1] leaseId
  ARGV[2] expected  the status that the batch must have; '' for any
  ARGV[3] minId     entries with lower ids are removed; '' for none
  ARGV[4] changes   of retries, a JSON object; an empty value removes the line; '' for none
  ARGV[5...]        pairs of field and value

  Returns 'done', 'lease-lost' or 'other-status'.
]]
local batch, lease, replies, retries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local leaseId, expected, minId, changes = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('GET', lease) ~= leaseId then return 'lease-lost' end
if expected ~= '' and redis.call('HGET', batch, 'status') ~= expected then return 'other-status' end
if #ARGV > 4 then redis.call('HSET', batch, unpack(ARGV, 5)) end
if minId ~= '' then redis.call('XTRIM', replies, 'MINID', minId) end
if changes ~= '' then
  for line, retry in pairs(cjson.decode(changes)) do
    if retry == '' then
      redis.call('HDEL', retries, line)
    else
      redis.call('HSET', retries, line, retry)
    end
  end
  redis.call('PEXPIRE', retries, redis.call('PTTL', batch))
end
return 'done'
