--[[
  Takes slots of accounts. Needs the limiter's KEYS and ARGV, `now` and `text`.

  The state of an account is in two keys:
    <account prefix><account>          HASH
      day (number of the day), dayUsed         the use of that day
      dayElsewhere                             the part of it that was used elsewhere, see record-use.lua
      lastUsedAt, parkedUntil, parkedReason
      capPerMinute, capPerDay                  the operator's limits for this account, if it has its own
      perMinute, perDay                        OpenRouter's limits; they can only lower those,
      perMinuteUntil, perDayUntil              and expire unless OpenRouter states them again
    <account prefix><account>:minute   LIST  the latest times at which its last calls can have been
                                             sent, oldest first, never falling, at most as many as
                                             the operator's limit; of thousands, those that do not
                                             count any more are dropped from time to time

  A grant made at `now` may be used until `now + usableMs`; the caller gives back a grant that
  arrives later. The limit is checked for a call sent at once, and the latest possible time is
  stored: each call of an account is sent at least a window after the one that is perMinute places
  before it, however long the replies take.

  The pool's two sorted sets are an index over accounts, so that finding one costs O(log n):
    idle      by last use: the least recently used account is tried first
    busy      by the time at which a slot becomes free
  The index may be outdated (another pool with other keys can use the same account), so a candidate
  is always checked against its state, and moved to `busy` when it has no slot.
]]
--- @include "./grant-times"
-- How many accounts one script may move between the sets, so that none blocks Redis for long.
local MOST_MOVES = 256
-- A list of grant times this long is looked at for ended ones, and again after as many more.
local LONG_LIST = 1000
-- An account's hash is kept for much longer than the interval at which it is renewed.
local RENEW_MS = 3600000

-- The call is sent between `now` and `latest`.
local latest = now + usableMs
local day = math.floor(now / dayMs)
local dayEnd = (day + 1) * dayMs

local function lowerTo(cap, stated, untilAt)
  if stated and tonumber(untilAt) > now then return math.min(cap, tonumber(stated)) end
  return cap
end

-- When the account may be called next (`at`: now or earlier means that it has a free slot), and the
-- state behind it.
local function readAccount(account)
  local key = accountPrefix .. account
  local state = redis.call('HMGET', key, 'parkedUntil', 'day', 'dayUsed', 'capPerMinute', 'perMinute',
    'perMinuteUntil', 'capPerDay', 'perDay', 'perDayUntil', 'lastUsedAt')
  local capPerMinute = tonumber(state[4]) or usualPerMinute
  local perMinute = lowerTo(capPerMinute, state[5], state[6])
  local perDay = lowerTo(tonumber(state[7]) or usualPerDay, state[8], state[9])

  local at = tonumber(state[1]) or 0
  local nth = redis.call('LINDEX', key .. ':minute', -perMinute)
  if nth then at = math.max(at, tonumber(nth) + windowMs + guardMs) end
  local isToday = tonumber(state[2]) == day
  local dayUsed = isToday and tonumber(state[3]) or 0
  -- A call that may arrive after the day's end might be counted in the next day.
  if dayUsed >= perDay or latest >= dayEnd - guardMs then at = math.max(at, dayEnd) end
  return {
    at = at, dayUsed = dayUsed, isToday = isToday, lastUsedAt = state[10] or '',
    capPerMinute = capPerMinute, perMinute = perMinute, perDay = perDay,
  }
end

-- A sorted set that loses its last member is deleted, and with it its expiry.
local function put(index, score, account)
  redis.call('ZADD', index, score, account)
  if redis.call('ZCARD', index) == 1 then redis.call('PEXPIRE', index, poolTtlMs) end
end

-- Takes the account's next key.
local function takeKey(account, ids)
  local keyId, others = ids:match('^([^,]+),(.+)$')
  if not keyId then return ids end
  redis.call('HSET', rotation, account, others .. ',' .. keyId)
  return keyId
end

local hasWoken = false

-- Moves accounts whose slots have become free back to `idle`.
local function wakeAccounts()
  if hasWoken then return end
  hasWoken = true
  for _, account in ipairs(redis.call('ZRANGEBYSCORE', busy, '-inf', now, 'LIMIT', 0, MOST_MOVES)) do
    local lastUsedAt = redis.call('HGET', accountPrefix .. account, 'lastUsedAt') or '0'
    put(idle, lastUsedAt, account)
    redis.call('ZREM', busy, account)
  end
end

-- Counts a call of an idle account. Returns when the account may be called again, and the receipt for release-slot.lua.
local function countCall(account, state)
  local key = accountPrefix .. account
  local minute = key .. ':minute'
  local previous = tonumber(redis.call('LINDEX', minute, -1)) or 0
  local entry = math.max(latest, previous)
  local calls = redis.call('RPUSH', minute, text(entry))
  redis.call('PEXPIRE', minute, text(entry - now + windowMs + guardMs))
  if not state.isToday then redis.call('HDEL', key, 'dayElsewhere') end
  redis.call('HSET', key, 'day', text(day), 'dayUsed', state.dayUsed + 1, 'lastUsedAt', text(now))
  local usedAt = tonumber(state.lastUsedAt) or 0
  if math.abs(now - usedAt) > RENEW_MS or not state.isToday then redis.call('PEXPIRE', key, accountTtlMs) end

  local nextAt = 0
  if calls >= state.perMinute then
    nextAt = tonumber(redis.call('LINDEX', minute, -state.perMinute)) + windowMs + guardMs
  end
  if calls > state.capPerMinute then
    redis.call('LTRIM', minute, -state.capPerMinute, -1)
  elseif calls % LONG_LIST == 0 then
    redis.call('LTRIM', minute, countUntil(minute, calls, now - windowMs - guardMs), -1)
  end
  if state.dayUsed + 1 >= state.perDay then nextAt = math.max(nextAt, dayEnd) end
  return nextAt, table.concat({ text(entry), text(day), text(now), state.lastUsedAt }, ',')
end

-- Takes a slot of the least recently used account that does not refuse. Returns account, key id and receipt; nil when there is none.
local function takeSlot(refusing)
  wakeAccounts()
  local passedOver = 0
  for _ = 1, MOST_MOVES do
    local account = redis.call('ZRANGE', idle, passedOver, passedOver)[1]
    while account and refusing[account] do
      passedOver = passedOver + 1
      account = redis.call('ZRANGE', idle, passedOver, passedOver)[1]
    end
    if not account then return nil end
    local state = readAccount(account)
    local ids = redis.call('HGET', rotation, account)
    if not ids then
      redis.call('ZREM', idle, account)
    elseif state.at <= now then
      local nextAt, receipt = countCall(account, state)
      if nextAt <= now then
        redis.call('ZADD', idle, text(now), account)
      else
        put(busy, text(nextAt), account)
        redis.call('ZREM', idle, account)
      end
      return account, takeKey(account, ids), receipt
    else
      put(busy, text(state.at), account)
      redis.call('ZREM', idle, account)
    end
  end
end

-- A paid call needs a key, but no slot. Returns account, key id and an empty receipt.
local function takeKeyOnly(refusing, refusingCount)
  for _, index in ipairs({ idle, busy }) do
    for _, account in ipairs(redis.call('ZRANGE', index, 0, refusingCount)) do
      local ids = not refusing[account] and redis.call('HGET', rotation, account)
      if ids then return account, takeKey(account, ids), '' end
    end
  end
end

-- Ms until any account has a slot: 0 now, -1 never by itself.
local function untilSlot()
  if redis.call('ZCARD', idle) > 0 then return 0 end
  local first = redis.call('ZRANGE', busy, 0, 0, 'WITHSCORES')
  if #first == 0 then return -1 end
  return math.max(1, math.ceil(tonumber(first[2]) - now))
end

-- The same, for accounts that do not refuse; any idle account is one that does.
local function untilOtherSlot(refusing, refusingCount)
  if refusingCount == 0 then return untilSlot() end
  local nearest = redis.call('ZRANGE', busy, 0, refusingCount, 'WITHSCORES')
  for i = 1, #nearest, 2 do
    if not refusing[nearest[i]] then return math.max(1, math.ceil(tonumber(nearest[i + 1]) - now)) end
  end
  return -1
end
