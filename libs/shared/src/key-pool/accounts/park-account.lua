--[[
  Parks an account because OpenRouter said that it is limited, and records the limit that was stated
  with that. A longer parking stays in force.

  Atomic because the account's state and its place in the index must agree.

  KEYS[1] moved     HASH  key id -> account, where it is not the one that it was granted for
  KEYS[2] idle      SORTED SET
  KEYS[3] busy      SORTED SET
  ARGV[1] account prefix
  ARGV[2] key id
  ARGV[3] account   that the key was granted for
  ARGV[4] statedMs  what the answer stated; '' for nothing: until the end of the window or day
  ARGV[5] reason    'minute', 'day' or 'stated'
  ARGV[6] ttlMs     life of the account's hash, longer than any parking
  ARGV[7] poolTtlMs life of the index unless a worker renews it
  ARGV[8] limit     calls that the account may make in a window (reason 'minute') or a day (reason
                    'day'); '' when that was not stated
  ARGV[9] dayMs     also how long the limit holds unless it is stated again
  ARGV[10] windowMs
  ARGV[11] mostMs   bound on the parking; for the reason 'day' from the end of the day, else from now

  Returns how long it is parked from now (ms).
]]
--- @include "now"
--- @include "text"
--- @include "account-of"
local moved, idle, busy = unpack(KEYS)
local accountPrefix, keyId, name, statedMs, reason, ttlMs, poolTtlMs, limit = unpack(ARGV, 1, 8)
local dayMs, windowMs, mostMs = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local account = accountOf(moved, keyId, name)
local accountKey = accountPrefix .. account

local now = readNow()
local untilDayEndMs = dayMs - now % dayMs
local usualMs = reason == 'day' and untilDayEndMs or windowMs
local longestMs = reason == 'day' and untilDayEndMs + mostMs or mostMs
local durationMs = math.min(tonumber(statedMs) or usualMs, longestMs)

local limitField = ({ minute = 'perMinute', day = 'perDay' })[reason]
if limitField and limit ~= '' then
  redis.call('HSET', accountKey, limitField, limit, limitField .. 'Until', text(now + dayMs))
end

local parkedUntil = now + durationMs
local earlier = tonumber(redis.call('HGET', accountKey, 'parkedUntil')) or 0
if earlier >= parkedUntil then return text(earlier - now) end
redis.call('HSET', accountKey, 'parkedUntil', text(parkedUntil), 'parkedReason', reason)
if redis.call('PTTL', accountKey) < tonumber(ttlMs) then redis.call('PEXPIRE', accountKey, ttlMs) end

-- Only accounts of this pool are in its index; an account that is out of use is in neither set.
local busyUntil = redis.call('ZSCORE', busy, account)
if redis.call('ZREM', idle, account) == 1 or (busyUntil and tonumber(busyUntil) < parkedUntil) then
  redis.call('ZADD', busy, text(parkedUntil), account)
  if redis.call('ZCARD', busy) == 1 then redis.call('PEXPIRE', busy, poolTtlMs) end
end
return text(durationMs)
