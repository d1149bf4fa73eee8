--[[
  Finishes jobs as BullMQ does, for jobs without parents and children. Needs `active`, `stalled`, `jobPrefix` and `now`.
  Call trimFinished once to trim the finished jobs of a set.
]]
-- Jobs that are removed from a set at a time.
local MOST_TRIMMED = 100

-- Ends a worker's hold of a job, and removes the body stored for it. Returns whether the worker
-- held it.
local function leaveHand(jobId, token, body)
  local lock = jobPrefix .. jobId .. ':lock'
  if redis.call('GET', lock) ~= token then return false end
  redis.call('UNLINK', lock, body)
  redis.call('SREM', stalled, jobId)
  return redis.call('LREM', active, -1, jobId) == 1
end

-- `field` is `returnvalue` or `failedReason`.
local function keepFinished(jobId, set, field, value, attemptsMade)
  redis.call('HSET', jobPrefix .. jobId, field, value, 'finishedOn', text(now), 'atm', attemptsMade,
    'request', '', 'grant', '')
  redis.call('ZADD', set, text(now), jobId)
end

local function removeFinished(jobIds)
  local keys = {}
  for i, jobId in ipairs(jobIds) do keys[i] = jobPrefix .. jobId end
  if #keys > 0 then redis.call('UNLINK', unpack(keys)) end
end

-- Removes the oldest jobs of a set beyond a number, and those that are too old; -1: there is no bound.
local function trimFinished(set, most, ageMs)
  local beyond = most < 0 and 0 or math.min(redis.call('ZCARD', set) - most, MOST_TRIMMED)
  if beyond > 0 then
    local jobIds = {}
    for i, value in ipairs(redis.call('ZPOPMIN', set, beyond)) do
      if i % 2 == 1 then jobIds[#jobIds + 1] = value end
    end
    removeFinished(jobIds)
  end
  if ageMs < 0 then return end
  local old = redis.call('ZRANGEBYSCORE', set, '-inf', text(now - ageMs), 'LIMIT', 0, MOST_TRIMMED)
  if #old > 0 then
    redis.call('ZREM', set, unpack(old))
    removeFinished(old)
  end
end
