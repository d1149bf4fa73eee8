--[[
  Gives back a slot that was certainly not used: its entry in the minute, its call of the day, its
  account's place in the index, and the call of its client's budget. Every count is as if the slot
  had not been granted. Where jobs wait for the client's budget, an idle worker is woken.

  Atomic because other slots of the account are granted at the same time. Idempotent: a connection
  that breaks repeats the command.

  KEYS[1] moved      HASH  key id -> account, where it is not the one that it was granted for
  KEYS[2] pools      SORTED SET  pool ids
  KEYS[3] released   STRING  exists when this release was done
  KEYS[4] clientsDue  SORTED SET  see keys.ts
  KEYS[5] marker     SORTED SET  see queue-keys.ts
  ARGV[1] account prefix
  ARGV[2] pool prefix
  ARGV[3] account    that the key was granted for
  ARGV[4] key id
  ARGV[5] entry      what acquire.lua stored in the minute (ms since the epoch); '' when no slot was taken
  ARGV[6] day        number of the day that the call counts for
  ARGV[7] grantedAt  ms since the epoch
  ARGV[8] lastUsedAt of the account before the grant; '' when it was never used
  ARGV[9] releasedTtlMs  how long a repeated command is recognized
  ARGV[10] client prefix
  ARGV[11] receipt of the client, see budget.lua; '' without one

  Returns 1, or 0 when this release was done already.
]]
--- @include "now"
--- @include "text"
--- @include "account-of"
local moved, pools, released, clientsDue, marker = unpack(KEYS)
local accountPrefix, poolPrefix, name, keyId, entry, day, grantedAt, lastUsedAt, releasedTtlMs = unpack(ARGV)
local clientPrefix, clientReceipt = ARGV[10], ARGV[11]
--- @include "../../queue/bullmq/wake-idle-worker"
--- @include "../../budgets/check-client"

if not redis.call('SET', released, '1', 'NX', 'PX', releasedTtlMs) then return 0 end

local client, clientDay, call = clientReceipt:match('^([^,]*),([^,]*),(.*)$')
if client then
  local calls = clientPrefix .. client .. ':day:' .. clientDay
  if tonumber(redis.call('GET', calls) or 0) > 0 then redis.call('DECR', calls) end
  redis.call('ZREM', clientPrefix .. client .. ':minute', call)
  checkClient(client)
end
if entry == '' then return 1 end
local account = accountOf(moved, keyId, name)
local accountKey = accountPrefix .. account

redis.call('LREM', accountKey .. ':minute', -1, entry)

local state = redis.call('HMGET', accountKey, 'day', 'dayUsed', 'lastUsedAt')
if state[1] == day and tonumber(state[2]) > 0 then redis.call('HINCRBY', accountKey, 'dayUsed', -1) end

-- A later use of the account stays.
local wasLast = state[3] == grantedAt
if wasLast and lastUsedAt ~= '' then
  redis.call('HSET', accountKey, 'lastUsedAt', lastUsedAt)
elseif wasLast then
  redis.call('HDEL', accountKey, 'lastUsedAt')
end

local now = text(readNow())
for _, pool in ipairs(redis.call('ZRANGE', pools, 0, -1)) do
  -- It may have a slot earlier than recorded; acquire.lua checks that.
  redis.call('ZADD', poolPrefix .. pool .. ':resting', 'XX', now, account)
  if wasLast then
    redis.call('ZADD', poolPrefix .. pool .. ':idle', 'XX', lastUsedAt == '' and '0' or lastUsedAt, account)
  end
end
return 1
