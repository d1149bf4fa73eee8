--[[
  Adds keys to a pool, and sets the limits that the operator gives their accounts. Keys that are there already are left as they are, so it may run at any
  time and as often as one likes; retired keys are listed as members but not put into use.

  Atomic because another worker may register the same pool, or retire a key, at the same time.

  KEYS[1] idle           SORTED SET
  KEYS[2] resting        SORTED SET
  KEYS[3] rotation       HASH  account -> usable key ids, comma-separated
  KEYS[4] members        HASH  key id -> JSON, see ARGV
  KEYS[5] retired keys   HASH  key id -> why
  KEYS[6] pools          SORTED SET  pool id by time last seen

  ARGV[1] account prefix
  ARGV[2] pool id
  ARGV[3] ttlMs          life of the pool's keys unless a worker renews them
  ARGV[4] retiredTtlMs   life of the list of retired keys after a worker was last seen
  ARGV[5] accountTtlMs   life of an account's hash after its keys were last registered
  ARGV[6...] triples of account, key id, JSON of {account, mask, perMinute, perDay}; without
    limits of its own an account goes by those that all share

  Returns the number of keys put into use.
]]
local idle, resting, rotation, members, retired, pools = unpack(KEYS)
local accountPrefix, poolId, ttlMs, retiredTtlMs, accountTtlMs = unpack(ARGV, 1, 5)

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

local function lists(ids, keyId)
  return string.find(',' .. ids .. ',', ',' .. keyId .. ',', 1, true) ~= nil
end

local function setLimit(account, field, limit)
  local accountKey = accountPrefix .. account
  if tonumber(redis.call('HGET', accountKey, field)) == limit then return end
  if limit then redis.call('HSET', accountKey, field, limit) else redis.call('HDEL', accountKey, field) end
  -- It may have a slot earlier than was thought.
  redis.call('ZADD', resting, 'XX', now, account)
end

local added = 0
for i = 6, #ARGV, 3 do
  local account, keyId, details = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local limits = cjson.decode(details)
  redis.call('HSET', members, keyId, details)
  setLimit(account, 'capPerMinute', limits.perMinute)
  setLimit(account, 'capPerDay', limits.perDay)
  local accountKey = accountPrefix .. account
  if redis.call('PTTL', accountKey) < tonumber(accountTtlMs) then
    redis.call('PEXPIRE', accountKey, accountTtlMs)
  end
  local ids = redis.call('HGET', rotation, account)
  if redis.call('HEXISTS', retired, keyId) == 0 and not (ids and lists(ids, keyId)) then
    redis.call('HSET', rotation, account, ids and (ids .. ',' .. keyId) or keyId)
    added = added + 1
    if not redis.call('ZSCORE', resting, account) then
      local lastUsedAt = redis.call('HGET', accountKey, 'lastUsedAt') or '0'
      redis.call('ZADD', idle, 'NX', lastUsedAt, account)
    end
  end
end

redis.call('ZADD', pools, now, poolId)
redis.call('ZREMRANGEBYSCORE', pools, '-inf', now - ttlMs)
redis.call('PEXPIRE', pools, ttlMs)
for k = 1, 4 do redis.call('PEXPIRE', KEYS[k], ttlMs) end
redis.call('PEXPIRE', retired, retiredTtlMs)
return added
