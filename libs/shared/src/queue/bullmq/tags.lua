--[[
  Places in line by fair queueing: within a priority, each job of a client has a turn of 1 / weight, which begins
  where its last one ended, and never before the time of the priority: the tag of the job that was taken last. The tag
  is the middle of the turn. So slots go to clients by weight, however many jobs each of them has in line, and nobody is
  owed what he did not use. The middle, because many turns begin at the same time: by their beginning all light clients
  would go before a heavy one, by their end all heavy ones before a light one. Needs `prioritized` and `sharesPrefix`.
]]
local PRIORITY = 0x100000000
local LINE_TTL_MS = 86400000
local MOST_STALE = 1000

-- The tag of the last of a client's jobs that is still in line; nil when none is.
local function readLastTag(line)
  local tag
  for _ = 1, MOST_STALE do
    local last = redis.call('ZREVRANGE', line, 0, 0, 'WITHSCORES')
    if #last == 0 then return nil end
    tag = tonumber(last[2])
    if redis.call('ZSCORE', prioritized, last[1]) then return tag end
    -- It was removed.
    redis.call('ZREM', line, last[1])
  end
  -- Who calls so many off at a time stands behind them for once.
  return tag
end

-- Forgets jobs of a client that were removed. Returns how many; only the first ones are looked at.
local function dropStale(line)
  local dropped = 0
  for _, jobId in ipairs(redis.call('ZRANGE', line, 0, 99)) do
    if not redis.call('ZSCORE', prioritized, jobId) then dropped = dropped + redis.call('ZREM', line, jobId) end
  end
  return dropped
end

-- When the next turns of clients begin.
local nextTurns = {}

local function takeTag(jobId, priority, client, weight)
  local shares = sharesPrefix .. priority
  local line = shares .. ':' .. client
  local half = 0.5 / weight
  local begin = nextTurns[line]
  if not begin then
    local virtual, served = unpack(redis.call('HMGET', shares, 'now', 'client:' .. client))
    begin = math.max(tonumber(virtual or 0), tonumber(served or 0))
    -- What lies behind the time was removed.
    if begin > 0 then redis.call('ZREMRANGEBYSCORE', line, '-inf', '(' .. string.format('%.17g', begin - 1 / weight)) end
    local last = readLastTag(line)
    if last then begin = math.max(begin, last + half) end
  end
  local tag = begin + half
  nextTurns[line] = tag + half
  redis.call('ZADD', line, string.format('%.17g', tag), jobId)
  redis.call('PEXPIRE', line, LINE_TTL_MS)
  return tag
end
