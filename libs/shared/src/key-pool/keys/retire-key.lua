--[[
  Takes a key out of use, in every pool, until a probe finds it usable again. An account without any
  usable key leaves the index. A key that an operator has taken out stays out, whatever other
  reasons are given.

  Atomic because the key's state, the rotations and the indexes must agree.

  KEYS[1] retired keys   HASH  key id -> JSON of {reason, at, untilAt} (ms since the epoch)
  KEYS[2] moved          HASH  key id -> account, where it is not the one that its entry names
  KEYS[3] pools          SORTED SET  pool ids
  ARGV[1] pool prefix
  ARGV[2] account        that its entry names
  ARGV[3] key id
  ARGV[4] reason
  ARGV[5] ttlMs          life of the list of retired keys after the last retirement
  ARGV[6] untilAt        no probe puts it back earlier; '' for none

  Returns 1 when the key was in use until now, else 0.
]]
--- @include "now"
--- @include "account-of"
local retired, moved, pools = unpack(KEYS)
local poolPrefix, name, keyId, reason, ttlMs, untilAt = unpack(ARGV)
local account = accountOf(moved, keyId, name)

local earlier = redis.call('HGET', retired, keyId)
if not earlier or cjson.decode(earlier).reason ~= 'taken-out' then
  redis.call('HSET', retired, keyId, cjson.encode({ reason = reason, at = readNow(), untilAt = tonumber(untilAt) }))
end
redis.call('PEXPIRE', retired, ttlMs)

-- Returns whether the pool used the key.
local function retireIn(pool)
  local rotation = pool .. ':rotation'
  local left, wasUsed = {}, false
  for id in string.gmatch(redis.call('HGET', rotation, account) or '', '[^,]+') do
    if id == keyId then wasUsed = true else left[#left + 1] = id end
  end
  if #left > 0 then
    redis.call('HSET', rotation, account, table.concat(left, ','))
  else
    redis.call('HDEL', rotation, account)
    redis.call('ZREM', pool .. ':idle', account)
    redis.call('ZREM', pool .. ':resting', account)
  end
  return wasUsed
end

local wasUsed = 0
for _, pool in ipairs(redis.call('ZRANGE', pools, 0, -1)) do
  if retireIn(poolPrefix .. pool) then wasUsed = 1 end
end
return wasUsed
