--[[
  Adds keys to a pool. Keys that are there already are left as they are, so it may run at any
  time and as often as one likes; retired keys are listed as members but not put into use.

  Atomic because another worker may register the same pool, or retire a key, at the same time.

  KEYS[1] idle           SORTED SET
  KEYS[2] resting        SORTED SET
  KEYS[3] rotation       HASH  account -> usable key ids, comma-separated
  KEYS[4] members        HASH  key id -> JSON of account and mask
  KEYS[5] retired keys   HASH  key id -> why
  KEYS[6] pools          SORTED SET  pool id by time last seen

  ARGV[1] account prefix
  ARGV[2] pool id
  ARGV[3] ttlMs          life of the pool's keys unless a worker renews them
  ARGV[4] retiredTtlMs   life of the list of retired keys after a worker was last seen
  ARGV[5...] triples of account, key id, JSON of account and mask

  Returns the number of keys put into use.
]]
local idle, resting, rotation, members, retired, pools = unpack(KEYS)
local accountPrefix, poolId, ttlMs, retiredTtlMs = unpack(ARGV, 1, 4)

local function lists(ids, keyId)
  return string.find(',' .. ids .. ',', ',' .. keyId .. ',', 1, true) ~= nil
end

local added = 0
for i = 5, #ARGV, 3 do
  local account, keyId, details = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  redis.call('HSET', members, keyId, details)
  local ids = redis.call('HGET', rotation, account)
  if redis.call('HEXISTS', retired, keyId) == 0 and not (ids and lists(ids, keyId)) then
    redis.call('HSET', rotation, account, ids and (ids .. ',' .. keyId) or keyId)
    added = added + 1
    if not redis.call('ZSCORE', resting, account) then
      local lastUsedAt = redis.call('HGET', accountPrefix .. account, 'lastUsedAt') or '0'
      redis.call('ZADD', idle, 'NX', lastUsedAt, account)
    end
  end
end

local time = redis.call('TIME')
redis.call('ZADD', pools, time[1] * 1000 + math.floor(time[2] / 1000), poolId)
redis.call('PEXPIRE', pools, ttlMs)
for k = 1, 4 do redis.call('PEXPIRE', KEYS[k], ttlMs) end
redis.call('PEXPIRE', retired, retiredTtlMs)
return added
