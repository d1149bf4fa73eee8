--[[
  Takes one call slot for one job and chooses its model, or says when it is worth asking again.

  Atomic because checking and counting must be one step: any number of workers
  asks at once, and no account may ever be granted more than its limits.
  All times come from Redis's own clock, in ms since the epoch.

  The truth about an account is in two keys:
    <account prefix><account>          HASH
      day (number of the day), dayUsed         what counts as used on that day
      dayElsewhere                             the part of it that others used, see record-use.lua
      lastUsedAt, parkedUntil, parkedReason
      capPerMinute, capPerDay                  the operator's limits for this account, if it has its own
      perMinute, perDay                        what OpenRouter says it may do; it can only lower those,
      perMinuteUntil, perDayUntil              and it is forgotten unless OpenRouter says so again
    <account prefix><account>:minute   LIST  the latest times at which its last calls can have been
                                             sent, oldest first, never falling, at most as many as
                                             the operator's limit

  A grant made at `now` may be used until `now + usableMs`; the caller gives back one that it hears of
  later. The limit is checked for a call sent at once, and the latest possible time is stored: of the
  calls of an account, any one is sent at least a window after the one that is perMinute places
  before it, however long the answers travel.

  The pool's two sorted sets are an index over accounts, so that finding one costs O(log n):
    idle      by last use: the least recently used account is tried first
    busy      by the time at which a slot becomes free
  The index may be behind (another pool with other keys can use the same account), so a
  candidate is always checked against the truth, and moved to `busy` when it has no slot.

  The model is the first candidate that neither cools down nor is gone. One that nothing was heard of
  for long is unproven: a single call of it goes out, and the others wait for what comes of it. After
  HOLD_MS a second one goes out, after HOLD_MS more all do: a 404 comes sooner. A model that is doubted
  because it failed again and again gets one call every HOLD_MS until it answers.

  KEYS[1] idle        SORTED SET
  KEYS[2] busy        SORTED SET
  KEYS[3] rotation    HASH    account -> usable key ids, comma-separated, next one first
  KEYS[4] members     HASH    exists while the pool is registered
  KEYS[5] alive       STRING  exists while the gateway that waits for this job lives; `present`
                              when it also listens on its channel
  KEYS[6] cancelled   STRING  exists when the client has gone
  KEYS[7]             the queue's four keys that readLine takes
  KEYS[8]
  KEYS[9]
  KEYS[10]
  KEYS[11...] three of each candidate, best one first:
    cooldown  STRING  exists while the model cools down
    gone      STRING  exists while the model counts as gone
    proof     STRING  `proven`, or which call was let out last to prove it and when, ms since the epoch:
                      `first 17…`, `second 17…`, `doubted 17…`

  ARGV[1] account prefix
  ARGV[2] perMinute   grants in any window, for accounts without a limit of their own
  ARGV[3] perDay      grants in a day, likewise
  ARGV[4] windowMs
  ARGV[5] dayMs
  ARGV[6] guardMs     added to the window, and kept clear before the day's end
  ARGV[7] the gateway's channel
  ARGV[8] poolTtlMs   life of the index unless a worker renews it
  ARGV[9] accountTtlMs  life of an account's hash after its last grant
  ARGV[10] usableMs   how long after the grant the call may still be sent
  ARGV[11] deadline   when the client stops waiting, ms since the epoch of Redis's clock; '' when it never does
  ARGV[12] a character a candidate: `f` draws on the free quota, `p` is paid for and takes no slot
  ARGV[13] 1 when gone and unproven models are looked for, else 0
  ARGV[14...] accounts that refuse this request: they are passed over

  Returns
    {'granted', account, key id, ms until another slot is free (0: now, -1: never by itself),
      accounts that may have a slot now, jobs that wait, 1 when no other job is in the queue, else 0,
      receipt (for release-slot.lua; '' when no slot was taken), number of the candidate from 1 on,
      1 when the call is to prove that the model is there, else 0}
    {'busy', ms until the next slot, 1 when the deadline comes first, else 0}
    {'waited-out'}      the deadline has passed
    {'model-cooling', ms}   every candidate that is not gone cools down
    {'model-unproven', ms, number of the candidate}  a call of that model is out that is to prove it
    {'model-gone'}          every candidate is gone
    {'gateway-away', ms until it is worth another look}
    {'cancelled'} {'orphaned'}
    {'no-other-account'}  only accounts that are passed over have a usable key
    {'no-usable-key'}   every key of the pool is retired
    {'unregistered'}    Redis does not know the pool (any more)
]]
--- @include "now"
--- @include "text"
--- @include "../../queue/bullmq/read-line"
local idle, busy, rotation, members = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local alive, cancelled = KEYS[5], KEYS[6]
local firstModelKey = 11
local accountPrefix = ARGV[1]
local usualPerMinute, usualPerDay = tonumber(ARGV[2]), tonumber(ARGV[3])
local windowMs, dayMs, guardMs = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local channel, poolTtlMs, accountTtlMs = ARGV[7], ARGV[8], ARGV[9]
local usableMs, deadline = tonumber(ARGV[10]), tonumber(ARGV[11])
local tariffs, checksModels = ARGV[12], ARGV[13] == '1'
local refusing, refusingCount = {}, #ARGV - 13
for i = 14, #ARGV do refusing[ARGV[i]] = true end

-- How many accounts one call may move between the sets, so that no call blocks Redis for long.
local MOST_MOVES = 256
-- A gateway without its connection was killed, or it is connecting anew and will be heard of within this time.
local AWAY_MS = 5000
local LOOK_AGAIN_MS = 1000
local HOLD_MS = 2000
-- After this long without a word of it, a model is unproven anew.
local ASKED_TTL_MS = 60000
local DOUBTED_TTL_MS = 600000
local NEXT_PROVER = { first = 'second', doubted = 'doubted' }

if redis.call('EXISTS', cancelled) == 1 then return { 'cancelled' } end
local presence = redis.call('GET', alive)
if not presence then return { 'orphaned' } end
if deadline and readNow() > deadline then return { 'waited-out' } end
if presence == 'present' and redis.call('PUBSUB', 'NUMSUB', channel)[2] == 0 then
  local leftMs = math.min(redis.call('PTTL', alive), AWAY_MS)
  redis.call('PEXPIRE', alive, leftMs)
  return { 'gateway-away', math.min(leftMs, LOOK_AGAIN_MS) }
end

-- The call is sent between `now` and `latest`.
local now = readNow()
local latest = now + usableMs
local day = math.floor(now / dayMs)
local dayEnd = (day + 1) * dayMs

-- Which call may go out to a model now: nil and how long it is held; or false, or the name of the call that proves it.
local function findProver(proof)
  if proof == 'proven' then return false end
  local last, askedAt = (proof or ''):match('^(%a+) (%d+)$')
  local heldMs = askedAt and tonumber(askedAt) + HOLD_MS - now or 0
  -- The clock may have been set back.
  if heldMs > 0 and heldMs <= HOLD_MS then return nil, heldMs end
  if last == 'second' then return false end
  return NEXT_PROVER[last] or 'first'
end

-- Returns the number of the candidate and the name of the call that proves it, if it does; or nil and what is to be said.
local function chooseModel()
  local coolingMs, held
  for i = 1, #tariffs do
    local at = firstModelKey + 3 * (i - 1)
    local ms = redis.call('PTTL', KEYS[at])
    if ms > 0 then
      coolingMs = math.min(coolingMs or ms, ms)
    elseif not checksModels then
      return i, false
    else
      local gone, proof = unpack(redis.call('MGET', KEYS[at + 1], KEYS[at + 2]))
      if not gone then
        local prover, heldMs = findProver(proof)
        if prover == nil then
          held = held or { 'model-unproven', math.ceil(heldMs), i }
        elseif not (held and prover) then
          -- While a better one is held, only what is proven goes before it.
          return i, prover
        end
      end
    end
  end
  if held then return nil, held end
  if coolingMs then return nil, { 'model-cooling', coolingMs } end
  return nil, { 'model-gone' }
end

local chosen, proves = chooseModel()
if not chosen then return proves end
local isPaid = tariffs:sub(chosen, chosen) == 'p'

local function lowerTo(cap, stated, untilAt)
  if stated and tonumber(untilAt) > now then return math.min(cap, tonumber(stated)) end
  return cap
end

-- When the account may be called next (`at`: now or earlier means that it has a free slot), and what that follows from.
local function readAccount(account)
  local state = redis.call('HMGET', accountPrefix .. account, 'parkedUntil', 'day', 'dayUsed',
    'capPerMinute', 'perMinute', 'perMinuteUntil', 'capPerDay', 'perDay', 'perDayUntil')
  local capPerMinute = tonumber(state[4]) or usualPerMinute
  local perMinute = lowerTo(capPerMinute, state[5], state[6])
  local perDay = lowerTo(tonumber(state[7]) or usualPerDay, state[8], state[9])

  local at = tonumber(state[1]) or 0
  local nth = redis.call('LINDEX', accountPrefix .. account .. ':minute', -perMinute)
  if nth then at = math.max(at, tonumber(nth) + windowMs + guardMs) end
  local isToday = tonumber(state[2]) == day
  local dayUsed = isToday and tonumber(state[3]) or 0
  -- A call that may arrive after the day's end might be counted in the next day.
  if dayUsed >= perDay or latest >= dayEnd - guardMs then at = math.max(at, dayEnd) end
  return { at = at, dayUsed = dayUsed, isToday = isToday, capPerMinute = capPerMinute }
end

-- A sorted set that has lost its last member is gone, and with it its expiry.
local function put(index, score, account)
  redis.call('ZADD', index, score, account)
  if redis.call('ZCARD', index) == 1 then redis.call('PEXPIRE', index, poolTtlMs) end
end

local function untilNext()
  if redis.call('ZCARD', idle) > 0 then return 0 end
  local first = redis.call('ZRANGE', busy, 0, 0, 'WITHSCORES')
  if #first == 0 then return -1 end
  return math.max(1, math.ceil(tonumber(first[2]) - now))
end

for _, account in ipairs(redis.call('ZRANGEBYSCORE', busy, '-inf', now, 'LIMIT', 0, MOST_MOVES)) do
  local lastUsedAt = redis.call('HGET', accountPrefix .. account, 'lastUsedAt') or '0'
  redis.call('ZREM', busy, account)
  put(idle, lastUsedAt, account)
end

-- The first account behind those that are passed over.
local passedOver = 0
local function firstIdle()
  while true do
    local account = redis.call('ZRANGE', idle, passedOver, passedOver)[1]
    if not account or not refusing[account] then return account end
    passedOver = passedOver + 1
  end
end

-- Takes the account's next key.
local function takeKey(account, ids)
  local keyId, others = ids:match('^([^,]+),(.+)$')
  if not keyId then return ids end
  redis.call('HSET', rotation, account, others .. ',' .. keyId)
  return keyId
end

local function granted(account, keyId, receipt)
  if proves then
    local ttlMs = proves == 'doubted' and DOUBTED_TTL_MS or ASKED_TTL_MS
    redis.call('SET', KEYS[firstModelKey + 3 * (chosen - 1) + 2], proves .. ' ' .. text(now), 'PX', ttlMs)
  end
  local waiting, isLastInLine = readLine(unpack(KEYS, 7, 10))
  return {
    'granted', account, keyId, untilNext(), redis.call('ZCARD', idle), waiting, isLastInLine, receipt,
    chosen, proves and 1 or 0,
  }
end

-- A call that is paid for needs a key, and no slot.
local function grantPaid()
  for _, index in ipairs({ idle, busy }) do
    for _, account in ipairs(redis.call('ZRANGE', index, 0, refusingCount)) do
      local ids = not refusing[account] and redis.call('HGET', rotation, account)
      if ids then return granted(account, takeKey(account, ids), '') end
    end
  end
end

if isPaid then
  local grant = grantPaid()
  if grant then return grant end
end

for _ = 1, isPaid and 0 or MOST_MOVES do
  local account = firstIdle()
  if not account then break end
  local state = readAccount(account)
  local ids = redis.call('HGET', rotation, account)

  if not ids then
    redis.call('ZREM', idle, account)
  elseif state.at <= now then
    local accountKey = accountPrefix .. account
    local minuteKey = accountKey .. ':minute'
    local previous = tonumber(redis.call('LINDEX', minuteKey, -1)) or 0
    local entry = math.max(latest, previous)
    local lastUsedAt = redis.call('HGET', accountKey, 'lastUsedAt') or ''
    redis.call('RPUSH', minuteKey, text(entry))
    redis.call('LTRIM', minuteKey, -state.capPerMinute, -1)
    redis.call('PEXPIRE', minuteKey, text(entry - now + windowMs + guardMs))
    if not state.isToday then redis.call('HDEL', accountKey, 'dayElsewhere') end
    redis.call('HSET', accountKey, 'day', text(day), 'dayUsed', state.dayUsed + 1, 'lastUsedAt', text(now))
    redis.call('PEXPIRE', accountKey, accountTtlMs)

    local keyId = takeKey(account, ids)
    local nextAt = readAccount(account).at
    if nextAt <= now then
      put(idle, text(now), account)
    else
      redis.call('ZREM', idle, account)
      put(busy, text(nextAt), account)
    end
    return granted(account, keyId, table.concat({ text(entry), text(day), text(now), lastUsedAt }, ','))
  else
    redis.call('ZREM', idle, account)
    put(busy, text(state.at), account)
  end
end

-- Any idle account that is left is passed over.
local function untilOther()
  if refusingCount == 0 then return untilNext() end
  local nearest = redis.call('ZRANGE', busy, 0, refusingCount, 'WITHSCORES')
  for i = 1, #nearest, 2 do
    if not refusing[nearest[i]] then return math.max(1, math.ceil(tonumber(nearest[i + 1]) - now)) end
  end
  return -1
end

local waitMs = untilOther()
if waitMs >= 0 then
  local nextMs = math.max(1, waitMs)
  return { 'busy', nextMs, deadline and now + nextMs > deadline and 1 or 0 }
end
if untilNext() >= 0 then return { 'no-other-account' } end
if redis.call('EXISTS', members) == 1 then return { 'no-usable-key' } end
return { 'unregistered' }
