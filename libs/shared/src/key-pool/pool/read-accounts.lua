--[[
  Reads the limiter's state of accounts, all at the same instant.

  KEYS[1] pools  SORTED SET  not read: it tells a Cluster where the accounts' keys are, whose names are made from ARGV
  ARGV[1] account prefix
  ARGV[2] fields of the account's hash, comma-separated
  ARGV[3] for how many ms a call counts after its grant time
  ARGV[4...] accounts

  Returns {now (ms since the epoch), for each account {values of the fields, '' where there is none, how many calls
  count, their grant times}}. Of more than 256 times only 32 are read, at equal distances from the oldest to the newest:
  the lists of limits of thousands a minute would block Redis for long.
]]
--- @include "now"
--- @include "text"
--- @include "../slots/grant-times"
local MOST_TIMES, SOME_TIMES = 256, 32
local accountPrefix, countsMs = ARGV[1], tonumber(ARGV[3])
local now = readNow()
local fields = {}
for field in string.gmatch(ARGV[2], '[^,]+') do fields[#fields + 1] = field end

local function readGrants(minute)
  local length = redis.call('LLEN', minute)
  local ended = countUntil(minute, length, now - countsMs)
  local count, times = length - ended, {}
  if count <= MOST_TIMES then return count, redis.call('LRANGE', minute, ended, -1) end
  for i = 0, SOME_TIMES - 1 do
    times[i + 1] = redis.call('LINDEX', minute, ended + math.floor(i * (count - 1) / (SOME_TIMES - 1)))
  end
  return count, times
end

local reply = { text(now) }
for i = 4, #ARGV do
  local accountKey = accountPrefix .. ARGV[i]
  local values = redis.call('HMGET', accountKey, unpack(fields))
  for f = 1, #fields do values[f] = values[f] or '' end
  reply[#reply + 1] = { values, readGrants(accountKey .. ':minute') }
end
return reply
