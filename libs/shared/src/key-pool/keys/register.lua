--[[
  Adds keys to a pool, and sets their accounts' own limits. Existing keys stay as they are, so that
  it may run at any time and any number of times; retired keys become members but are not put into
  use.

  Atomic because another worker may register the same pool, or retire a key, at the same time.

  KEYS[1] idle           SORTED SET
  KEYS[2] busy           SORTED SET
  KEYS[3] rotation       HASH  account -> usable key ids, comma-separated
  KEYS[4] members        HASH  key id -> JSON, see ARGV
  KEYS[5] retired keys   HASH  key id -> why
  KEYS[6] pools          SORTED SET  pool id by time last seen
  KEYS[7] moved          HASH  key id -> account, where it is not the one that its entry names
  KEYS[8] owners         HASH  user -> account

  ARGV[1] account prefix
  ARGV[2] pool id
  ARGV[3] ttlMs          life of the pool's keys unless a worker renews them
  ARGV[4] knownTtlMs     life of what is known of keys and their owners after a worker was last seen
  ARGV[5] accountTtlMs   life of an account's hash after its keys were last registered
  ARGV[6...] triples of account, key id, JSON of {account, mask, perMinute, perDay}; an account's
    limits are the smallest that its keys have, else those that all accounts share

  Returns the number of keys put into use.
]]
--- @include "now"
--- @include "text"
--- @include "account-of"
local idle, busy, rotation, members, retired, pools, moved, owners = unpack(KEYS)
local accountPrefix, poolId, ttlMs, knownTtlMs, accountTtlMs = unpack(ARGV, 1, 5)

local now = text(readNow())

local function lists(ids, keyId)
  return string.find(',' .. ids .. ',', ',' .. keyId .. ',', 1, true) ~= nil
end

local function setLimits(account, ids)
  local limits = {}
  for keyId in string.gmatch(ids, '[^,]+') do
    local own = cjson.decode(redis.call('HGET', members, keyId) or '{}')
    for _, name in ipairs({ 'perMinute', 'perDay' }) do
      if own[name] then limits[name] = math.min(limits[name] or own[name], own[name]) end
    end
  end
  local accountKey = accountPrefix .. account
  for field, limit in pairs({ capPerMinute = limits.perMinute or '', capPerDay = limits.perDay or '' }) do
    if (redis.call('HGET', accountKey, field) or '') ~= tostring(limit) then
      redis.call('HSET', accountKey, field, limit)
      -- It may have a slot earlier than recorded.
      redis.call('ZADD', busy, 'XX', now, account)
    end
  end
  if redis.call('PTTL', accountKey) < tonumber(accountTtlMs) then
    redis.call('PEXPIRE', accountKey, accountTtlMs)
  end
end

local added, touched = 0, {}
for i = 6, #ARGV, 3 do
  local name, keyId, details = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local account = accountOf(moved, keyId, name)
  redis.call('HSET', members, keyId, details)
  local ids = redis.call('HGET', rotation, account)
  if redis.call('HEXISTS', retired, keyId) == 0 and not (ids and lists(ids, keyId)) then
    redis.call('HSET', rotation, account, ids and (ids .. ',' .. keyId) or keyId)
    added = added + 1
    if not redis.call('ZSCORE', busy, account) then
      local lastUsedAt = redis.call('HGET', accountPrefix .. account, 'lastUsedAt') or '0'
      redis.call('ZADD', idle, 'NX', lastUsedAt, account)
    end
  end
  touched[account] = true
end
for account in pairs(touched) do
  local ids = redis.call('HGET', rotation, account)
  if ids then setLimits(account, ids) end
end

redis.call('ZADD', pools, now, poolId)
redis.call('ZREMRANGEBYSCORE', pools, '-inf', now - ttlMs)
redis.call('PEXPIRE', pools, ttlMs)
for k = 1, 4 do redis.call('PEXPIRE', KEYS[k], ttlMs) end
for _, known in ipairs({ retired, moved, owners }) do redis.call('PEXPIRE', known, knownTtlMs) end
return added
