--[[
  Takes over what OpenRouter says about an account: how many calls a day it may make, and how many
  it has made today, from anywhere. Our count is only ever raised, and includes each of our own
  grants:

  The figure can be a minute old. While it does not exceed our count it is no news. When it does,
  another program uses the account too, and the figure may lack our own latest grants: they are
  added.

  Atomic because calls are granted at the same time.

  KEYS[1] moved   HASH  key id -> account, where it is not the one that its entry names
  KEYS[2] pools   SORTED SET  pool ids

  ARGV[1] account prefix
  ARGV[2] pool prefix
  ARGV[3] key id
  ARGV[4] account       as the key's entry names it
  ARGV[5] perDay        the day's limit; '' when it is not known
  ARGV[6] used          calls of today; '' when it is not known
  ARGV[7] windowMs      the figure lacks no call that is older
  ARGV[8] dayMs         also how long the limit holds unless it is stated again
  ARGV[9] accountTtlMs  life of the account's hash

  Returns how many calls made elsewhere were unknown before.
]]
--- @include "now"
--- @include "text"
--- @include "account-of"
--- @include "../slots/grant-times"
local moved, pools = unpack(KEYS)
local accountPrefix, poolPrefix, keyId, name, perDay, used = unpack(ARGV, 1, 6)
local windowMs, dayMs, accountTtlMs = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

local now = readNow()
local day = math.floor(now / dayMs)
local account = accountOf(moved, keyId, name)
local accountKey = accountPrefix .. account

local function countLatestGrants()
  local minute = accountKey .. ':minute'
  local length = redis.call('LLEN', minute)
  return length - countUntil(minute, length, now - windowMs)
end

local function raiseUse(figure)
  local known = redis.call('HMGET', accountKey, 'day', 'dayUsed')
  local isToday = tonumber(known[1]) == day
  local before = isToday and tonumber(known[2]) or 0
  if figure <= before then return 0 end
  if not isToday then redis.call('HDEL', accountKey, 'dayElsewhere') end
  local more = figure + countLatestGrants() - before
  redis.call('HSET', accountKey, 'day', text(day), 'dayUsed', before + more)
  redis.call('HINCRBY', accountKey, 'dayElsewhere', more)
  return more
end

local more = 0
-- At the start of a day the figure may still be yesterday's.
if used ~= '' and now - day * dayMs >= 2 * windowMs then more = raiseUse(tonumber(used)) end

if perDay ~= '' then
  local before = tonumber(redis.call('HGET', accountKey, 'perDay'))
  redis.call('HSET', accountKey, 'perDay', perDay, 'perDayUntil', text(now + dayMs))
  if before and tonumber(perDay) > before then
    -- Parked until the day's end by the lower limit, as after credit was bought.
    if redis.call('HGET', accountKey, 'parkedReason') == 'day' and used ~= '' and tonumber(used) < tonumber(perDay) then
      redis.call('HDEL', accountKey, 'parkedUntil', 'parkedReason')
    end
    -- It may have a slot earlier than recorded.
    for _, pool in ipairs(redis.call('ZRANGE', pools, 0, -1)) do
      redis.call('ZADD', poolPrefix .. pool .. ':resting', 'XX', text(now), account)
    end
  end
end
if redis.call('PTTL', accountKey) < accountTtlMs then redis.call('PEXPIRE', accountKey, accountTtlMs) end
return more
