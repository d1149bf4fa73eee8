--[[
  Puts jobs in line, as BullMQ's own script for jobs with a priority does; a job that is there already stays
  as it is.

  Jobs without a client stand in the order of their arrival. Those of clients stand in the order of their
  tags, by start-time fair queueing: within a priority, a client's next job is one of its turns (1 / weight)
  behind its last one, and never before the job that was taken last. So slots go to clients by weight, however
  many jobs each of them has in line, and nobody is owed what he did not use.

  KEYS[1] prioritized  SORTED SET  see queue-keys.ts
  KEYS[2] pc           STRING
  KEYS[3] marker       SORTED SET
  KEYS[4...] the jobs' hashes

  ARGV[1] shares prefix  see keys.ts
  ARGV[2...] eight for each job: id, data (JSON), options (JSON), timestamp (ms since the epoch), priority,
    what the limiter must know of it (JSON, see decision-request.ts), client (empty: none), its weight

  Returns how many were added.
]]
local prioritized, pc, marker, sharesPrefix = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
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
    -- It was taken or removed.
    redis.call('ZREM', line, last[1])
  end
  -- Who calls so many off at a time stands behind them for once.
  return tag
end

local nextTags = {}

local function takeTag(jobId, priority, client, weight)
  local shares = sharesPrefix .. priority
  local line = shares .. ':' .. client
  local tag = nextTags[line]
  if not tag then
    local virtual, served = unpack(redis.call('HMGET', shares, 'now', 'client:' .. client))
    tag = math.max(tonumber(virtual or 0), tonumber(served or 0))
    if tag > 0 then redis.call('ZREMRANGEBYSCORE', line, '-inf', '(' .. string.format('%.17g', tag - 1 / weight)) end
    local last = readLastTag(line)
    if last then tag = math.max(tag, last + 1 / weight) end
  end
  nextTags[line] = tag + 1 / weight
  redis.call('ZADD', line, tag, jobId)
  redis.call('PEXPIRE', line, LINE_TTL_MS)
  return tag
end

local scored, added = {}, 0
for i = 4, #KEYS do
  local at = 2 + 8 * (i - 4)
  local jobId, data, options, timestamp, priority, request, client, weight = unpack(ARGV, at, at + 7)
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'name', 'completion', 'data', data, 'opts', options, 'timestamp', timestamp,
      'delay', 0, 'priority', priority, 'request', request)
    added = added + 1
    local tag
    if client == '' then
      tag = redis.call('INCR', pc) % PRIORITY
    else
      tag = takeTag(jobId, priority, client, tonumber(weight))
    end
    scored[2 * added - 1], scored[2 * added] = priority * PRIORITY + tag, jobId
  end
end
if added == 0 then return 0 end
redis.call('ZADD', prioritized, unpack(scored))
redis.call('ZADD', marker, 0, '0')
return added
