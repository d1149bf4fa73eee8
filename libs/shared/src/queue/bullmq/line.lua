--[[
  BullMQ's line of waiting jobs. Needs forget-line.lua, wake-idle-worker.lua, `wait`, `prioritized`, `delayed`, `marker`,
  `pc`, `clientsDue`, `jobPrefix` and `now`.
]]
local MOST_PROMOTED = 1000

-- The score of the delayed job that is due first; nil when none is delayed.
local function readNextDue()
  return tonumber(redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2])
end

-- Puts delayed jobs in line whose delay has ended. Returns whether any job was delayed.
local function promoteDelayed()
  local latestDue = (now + 1) * 0x1000 - 1
  local nextDue = readNextDue()
  if not nextDue or nextDue > latestDue then return nextDue ~= nil end
  local due = redis.call('ZRANGEBYSCORE', delayed, 0, latestDue, 'LIMIT', 0, MOST_PROMOTED)
  for _, jobId in ipairs(due) do
    local job = jobPrefix .. jobId
    local priority = tonumber(redis.call('HGET', job, 'priority')) or 0
    if priority == 0 then
      redis.call('LPUSH', wait, jobId)
    else
      redis.call('ZADD', prioritized, priority * 0x100000000 + redis.call('INCR', pc) % 0x100000000, jobId)
    end
    redis.call('HSET', job, 'delay', 0)
  end
  redis.call('ZREM', delayed, unpack(due))
  return true
end

-- The first jobs in line: id and score; jobs without a score are on the list of jobs that go before
-- all others.
local function readHead(most)
  local first = redis.call('LRANGE', wait, -most, -1)
  local head = {}
  for i = #first, 1, -1 do head[#head + 1] = { id = first[i] } end
  if #head < most then
    local rest = redis.call('ZRANGE', prioritized, 0, most - #head - 1, 'WITHSCORES')
    for i = 1, #rest, 2 do head[#head + 1] = { id = rest[i], score = tonumber(rest[i + 1]) } end
  end
  return head
end

--[[
  Wakes one idle worker when jobs are left in line; when none is left, the marker is removed, so that no worker wakes in vain.
  Returns how many jobs are in line, and ms until the next delayed one is due: 0 when some are in
  line, -1 when there is none.

  `waiting`: how many are in line; nil: not known. `mayBeDelayed`: false when no job is delayed.
]]
local function wakeForLine(waiting, mayBeDelayed)
  waiting = waiting or redis.call('LLEN', wait) + redis.call('ZCARD', prioritized)
  if waiting > 0 then
    wakeIdleWorker()
    return waiting, 0
  end
  redis.call('ZREM', marker, '0')
  local nextDue = mayBeDelayed and readNextDue()
  if nextDue then
    local client = redis.call('ZRANGE', clientsDue, 0, 0, 'WITHSCORES')
    local dueAt = math.min(nextDue / 0x1000, tonumber(client[2] or 'inf'))
    return 0, math.max(1, math.ceil(dueAt - now))
  end
  forgetLine()
  return 0, -1
end
