--[[
  Finishes jobs as BullMQ does, for jobs without parents and children. Needs `active`, `stalled`, `jobPrefix` and `now`.
  What can be done for all jobs at once is gathered: call storeFinished once, then trimFinished for each set, then
  removeFinished.
]]
-- Jobs that are removed from a set at a time.
local MOST_TRIMMED = 100

-- What is gathered: keys to remove, jobs that left the worker's hand, and entries of the sets of finished jobs.
local over, released, kept = {}, {}, {}

-- Ends a worker's hold of a job, and removes the body stored for it. Returns whether the worker
-- held it.
local function leaveHand(jobId, token, body)
  local lock = jobPrefix .. jobId .. ':lock'
  if redis.call('GET', lock) ~= token then return false end
  over[#over + 1], over[#over + 2] = lock, body
  released[#released + 1] = jobId
  return redis.call('LREM', active, -1, jobId) == 1
end

-- `field` is `returnvalue` or `failedReason`; `data` stays as it is when empty.
local function keepFinished(jobId, set, field, value, attemptsMade, data)
  local fields = { field, value, 'finishedOn', text(now), 'atm', attemptsMade, 'request', '', 'grant', '' }
  if data ~= '' then fields[#fields + 1], fields[#fields + 2] = 'data', data end
  redis.call('HSET', jobPrefix .. jobId, unpack(fields))
  local entries = kept[set] or {}
  kept[set] = entries
  entries[#entries + 1], entries[#entries + 2] = text(now), jobId
end

local function dropFinished(jobId) over[#over + 1] = jobPrefix .. jobId end

local function storeFinished()
  if #released > 0 then redis.call('SREM', stalled, unpack(released)) end
  for set, entries in pairs(kept) do redis.call('ZADD', set, unpack(entries)) end
end

local function removeFinished()
  if #over > 0 then redis.call('UNLINK', unpack(over)) end
end

-- Removes the oldest jobs of a set beyond a number, and those that are too old; -1: there is no bound.
local function trimFinished(set, most, ageMs)
  local beyond = most < 0 and 0 or math.min(redis.call('ZCARD', set) - most, MOST_TRIMMED)
  if beyond > 0 then
    local popped = redis.call('ZPOPMIN', set, beyond)
    for i = 1, #popped, 2 do dropFinished(popped[i]) end
    -- Those that are left are younger.
    if tonumber(popped[#popped]) > now - ageMs then return end
  end
  if ageMs < 0 then return end
  local old = redis.call('ZRANGEBYSCORE', set, '-inf', text(now - ageMs), 'LIMIT', 0, MOST_TRIMMED)
  if #old > 0 then
    redis.call('ZREM', set, unpack(old))
    for _, jobId in ipairs(old) do dropFinished(jobId) end
  end
end
