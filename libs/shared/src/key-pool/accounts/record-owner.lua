--[[
  Records which OpenRouter user a key belongs to. All keys of one user share one budget: when an
  account of that user is known under another name, the two are merged. Their keys move over in
  every pool, and their use is added up. The name in the key's entry stays; without one, the known
  name is used.

  Atomic because no slot may be taken from either account while they are merged.

  KEYS[1] moved   HASH  key id -> account, where it is not the one that its entry names
  KEYS[2] owners  HASH  user -> account
  KEYS[3] pools   SORTED SET  pool ids

  ARGV[1] account prefix
  ARGV[2] pool prefix
  ARGV[3] key id
  ARGV[4] account       as the key's entry names it; the key's id when it names none
  ARGV[5] user
  ARGV[6] dayMs
  ARGV[7] poolTtlMs     life of a pool's index unless a worker renews it
  ARGV[8] accountTtlMs  life of an account's hash
  ARGV[9] knownTtlMs    life of what is known of owners

  Returns the account that was merged into the user's by this call; nothing when none was.
]]
--- @include "now"
--- @include "text"
--- @include "account-of"
local moved, owners, pools = unpack(KEYS)
local accountPrefix, poolPrefix, keyId, name, user, dayMs, poolTtlMs, accountTtlMs, knownTtlMs = unpack(ARGV)

local day = math.floor(readNow() / tonumber(dayMs))

local function isNamed(account) return not (#account == 16 and account:match('^%x+$')) end

-- All grants in one list, oldest first.
local function joinGrants(from, into)
  local times = redis.call('LRANGE', from, 0, -1)
  if #times == 0 then return end
  local ttlMs = math.max(redis.call('PTTL', from), redis.call('PTTL', into))
  for _, at in ipairs(redis.call('LRANGE', into, 0, -1)) do times[#times + 1] = at end
  table.sort(times, function(a, b) return tonumber(a) < tonumber(b) end)
  redis.call('DEL', into)
  for _, at in ipairs(times) do redis.call('RPUSH', into, at) end
  redis.call('PEXPIRE', into, ttlMs)
end

local function readDay(account)
  local use = redis.call('HMGET', account, 'day', 'dayUsed', 'dayElsewhere')
  if tonumber(use[1]) ~= day then return { own = 0, elsewhere = 0 } end
  local elsewhere = tonumber(use[3]) or 0
  return { own = tonumber(use[2]) - elsewhere, elsewhere = elsewhere }
end

-- What one of them counted as calls made elsewhere, the other one may have made.
local function joinDayUse(from, into)
  local theirs, ours = readDay(from), readDay(into)
  local elsewhere = math.max(0, theirs.elsewhere - ours.own, ours.elsewhere - theirs.own)
  redis.call('HSET', into, 'day', text(day),
    'dayUsed', theirs.own + ours.own + elsewhere, 'dayElsewhere', elsewhere)
end

-- Takes over a field, and the one that belongs to it, if it is greater (or smaller).
local function takeOver(from, into, choose, field, companion)
  local theirs, ours = tonumber(redis.call('HGET', from, field)), tonumber(redis.call('HGET', into, field))
  if not theirs or theirs == ours or choose(theirs, ours or theirs) ~= theirs then return end
  redis.call('HSET', into, field, redis.call('HGET', from, field))
  if companion then redis.call('HSET', into, companion, redis.call('HGET', from, companion) or '') end
end

local function joinBudgets(from, into)
  joinGrants(from .. ':minute', into .. ':minute')
  joinDayUse(from, into)
  takeOver(from, into, math.max, 'lastUsedAt')
  takeOver(from, into, math.max, 'parkedUntil', 'parkedReason')
  takeOver(from, into, math.min, 'perMinute', 'perMinuteUntil')
  takeOver(from, into, math.min, 'perDay', 'perDayUntil')
  redis.call('DEL', from, from .. ':minute')
  if redis.call('PTTL', into) < tonumber(accountTtlMs) then redis.call('PEXPIRE', into, accountTtlMs) end
end

local function noteAccount(id, entryName, name)
  if name == entryName then redis.call('HDEL', moved, id) else redis.call('HSET', moved, id, name) end
end

local function moveKeys(pool, from, into)
  local idle, busy, rotation = pool .. ':idle', pool .. ':resting', pool .. ':rotation'
  redis.call('ZREM', idle, from)
  redis.call('ZREM', busy, from)
  local ids = redis.call('HGET', rotation, from)
  if not ids then return end
  for id in string.gmatch(ids, '[^,]+') do
    local entry = redis.call('HGET', pool .. ':members', id)
    noteAccount(id, entry and cjson.decode(entry).account, into)
  end
  local others = redis.call('HGET', rotation, into)
  redis.call('HSET', rotation, into, others and (others .. ',' .. ids) or ids)
  redis.call('HDEL', rotation, from)
  -- The limiter checks the account itself before it grants anything.
  if redis.call('ZSCORE', busy, into) then return end
  redis.call('ZADD', idle, 'NX', redis.call('HGET', accountPrefix .. into, 'lastUsedAt') or '0', into)
  redis.call('PEXPIRE', idle, poolTtlMs)
end

local account = accountOf(moved, keyId, name)
local known = redis.call('HGET', owners, user) or account
local from, into = account, known
if isNamed(account) then from, into = known, account end
if from ~= into then
  joinBudgets(accountPrefix .. from, accountPrefix .. into)
  for _, pool in ipairs(redis.call('ZRANGE', pools, 0, -1)) do moveKeys(poolPrefix .. pool, from, into) end
end

redis.call('HSET', owners, user, into)
noteAccount(keyId, name, into)
for _, hash in ipairs({ moved, owners }) do redis.call('PEXPIRE', hash, knownTtlMs) end
return from ~= into and from or false
