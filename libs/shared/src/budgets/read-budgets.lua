--[[
  Reads how much of its budget each of some clients has used.

  KEYS[1] clientsDue  SORTED SET  see keys.ts; says where the other keys are
  ARGV[1] client prefix  see keys.ts
  ARGV[2] shares prefix
  ARGV[3] windowMs
  ARGV[4] dayMs
  ARGV[5] most times of calls that are returned for a client
  ARGV[6...] ids of the clients

  Returns {now, end of the day (ms since the epoch), one for each client: {calls of the day, calls in the window, the
  first of their times (as text), jobs in hand, open requests, {jobs that wait, by priority: 10, 20, 30}, {those in line}}}.
]]
--- @include "now"
--- @include "text"
local clientPrefix, sharesPrefix, windowMs, dayMs = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local PRIORITY = 0x100000000
local now = readNow()
local day = math.floor(now / dayMs)

local function countWaiting(key, priority)
  local first, last = text((priority - 9) * PRIORITY), '(' .. text((priority + 1) * PRIORITY)
  return redis.call('ZCOUNT', key .. ':waiting', first, last)
end

local replies = { text(now), text((day + 1) * dayMs) }
for i = 6, #ARGV do
  local key = clientPrefix .. ARGV[i]
  local since = '(' .. text(now - windowMs)
  local waiting, inLine = {}, {}
  for _, priority in ipairs({ 10, 20, 30 }) do
    waiting[#waiting + 1] = countWaiting(key, priority)
    inLine[#inLine + 1] = redis.call('ZCARD', sharesPrefix .. priority .. ':' .. ARGV[i])
  end
  local calls = redis.call('ZRANGEBYSCORE', key .. ':minute', since, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[5])
  local times = {}
  for n = 2, #calls, 2 do times[#times + 1] = calls[n] end
  replies[#replies + 1] = {
    tonumber(redis.call('GET', key .. ':day:' .. text(day)) or 0),
    redis.call('ZCOUNT', key .. ':minute', since, '+inf'), times,
    redis.call('ZCARD', key .. ':flight'), redis.call('ZCARD', key .. ':open'), waiting, inLine,
  }
end
return replies
