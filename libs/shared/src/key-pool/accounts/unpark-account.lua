--[[
  Ends an account's parking. Its limits still hold: they are checked when a slot is asked for.

  Atomic because the account's state and its place in the index must agree.

  KEYS[1] account   HASH
  KEYS[2] busy      SORTED SET  of one pool that uses the account
  ARGV[1] account

  Returns 1 when the account was parked, else 0.
]]
--- @include "now"
--- @include "text"
local accountKey, busy = unpack(KEYS)
local account = ARGV[1]

local now = readNow()
local parkedUntil = tonumber(redis.call('HGET', accountKey, 'parkedUntil')) or 0
redis.call('HDEL', accountKey, 'parkedUntil', 'parkedReason')
redis.call('ZADD', busy, 'XX', text(now), account)
return parkedUntil > now and 1 or 0
