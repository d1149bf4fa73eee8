--[[
  Keeps an account from being called for a while, because OpenRouter said that it is limited.
  A longer parking that is already there stays.

  Atomic because the account's state and its place in the index must agree.

  KEYS[1] account   HASH
  KEYS[2] idle      SORTED SET
  KEYS[3] resting   SORTED SET
  ARGV[1] account
  ARGV[2] durationMs
  ARGV[3] reason
  ARGV[4] ttlMs     life of the account's hash, at least the parking's
  ARGV[5] poolTtlMs life of the index unless a worker renews it

  Returns the time until which it is parked (ms since the epoch).
]]
local accountKey, idle, resting = unpack(KEYS)
local account, durationMs, reason, ttlMs, poolTtlMs = unpack(ARGV)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local parkedUntil = now + tonumber(durationMs)
local earlier = tonumber(redis.call('HGET', accountKey, 'parkedUntil')) or 0
if earlier >= parkedUntil then return string.format('%.0f', earlier) end

local untilText = string.format('%.0f', parkedUntil)
redis.call('HSET', accountKey, 'parkedUntil', untilText, 'parkedReason', reason)
if redis.call('PTTL', accountKey) < tonumber(ttlMs) then redis.call('PEXPIRE', accountKey, ttlMs) end

-- Only accounts of this pool are in its index; one that is out of use is in neither set.
local restingUntil = redis.call('ZSCORE', resting, account)
if redis.call('ZREM', idle, account) == 1 or (restingUntil and tonumber(restingUntil) < parkedUntil) then
  redis.call('ZADD', resting, untilText, account)
  if redis.call('ZCARD', resting) == 1 then redis.call('PEXPIRE', resting, poolTtlMs) end
end
return untilText
