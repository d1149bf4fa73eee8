--[[
  Takes a key out of use until a probe finds it well again. An account without any usable key
  leaves the index. A key that an operator has taken out stays so, whatever else is said of it.

  Atomic because the key's state, the rotation and the index must agree.

  KEYS[1] idle           SORTED SET
  KEYS[2] resting        SORTED SET
  KEYS[3] rotation       HASH  account -> usable key ids, comma-separated
  KEYS[4] retired keys   HASH  key id -> why
  KEYS[5] moved          HASH  key id -> account, where it is not the one that its entry names
  ARGV[1] account        that its entry names
  ARGV[2] key id
  ARGV[3] why            JSON
  ARGV[4] ttlMs          life of the list of retired keys after the last retirement

  Returns 1 when the key was in use until now, else 0.
]]
local idle, resting, rotation, retired, moved = unpack(KEYS)
local name, keyId, why, ttlMs = unpack(ARGV)
local account = redis.call('HGET', moved, keyId) or name

local earlier = redis.call('HGET', retired, keyId)
if not earlier or cjson.decode(earlier).reason ~= 'taken-out' then
  redis.call('HSET', retired, keyId, why)
end
redis.call('PEXPIRE', retired, ttlMs)

local left, wasUsed = {}, 0
for id in string.gmatch(redis.call('HGET', rotation, account) or '', '[^,]+') do
  if id == keyId then wasUsed = 1 else left[#left + 1] = id end
end
if #left > 0 then
  redis.call('HSET', rotation, account, table.concat(left, ','))
else
  redis.call('HDEL', rotation, account)
  redis.call('ZREM', idle, account)
  redis.call('ZREM', resting, account)
end
return wasUsed
