--[[
  Places in line by fair queueing. Within a priority each job of a client has a turn of 1 / weight,
  which begins where the client's last turn ended, and never before the virtual time of the
  priority. That is the time of a pool that serves all clients with work at once, by weight: each
  call advances it by 1 / (sum of their weights). So slots are shared by weight, however many jobs
  each client has in line, and unused shares are not saved up.

  The tag is a point at the same distance from the begin of each turn of a client: its phase, in
  turns. Many turns begin at the same time. With one phase for all, all light clients would be
  served at the same time, and a heavy one would wait for all of them. Multiples of the golden ratio
  spread any number of clients evenly, from half a turn to one and a half: on average a job is taken
  when its turn ends, so that clients that go have had their share and no more.

  Needs `prioritized` and `sharesPrefix`. See keys.ts for what is kept.
]]
local PRIORITY = 0x100000000
local LINE_TTL_MS = 86400000
local MOST_STALE = 1000
local GOLDEN_RATIO = 0.6180339887498949

local function exactly(number) return string.format('%.17g', number) end

-- The tag of the client's last job that is still in line; nil when there is none.
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
  -- A client that calls so many jobs off at a time starts behind them once.
  return tag
end

-- Forgets jobs of a client that were removed. Returns how many; only the first ones are checked.
local function dropStale(line)
  local dropped = 0
  for _, jobId in ipairs(redis.call('ZRANGE', line, 0, 99)) do
    if not redis.call('ZSCORE', prioritized, jobId) then dropped = dropped + redis.call('ZREM', line, jobId) end
  end
  return dropped
end

-- Where the next turns of clients begin, and their phase.
local nextTurns = {}

local function readNextTurn(shares, line, client, weight)
  local now, ended, phase, counted =
    unpack(redis.call('HMGET', shares, 'now', 'client:' .. client, 'phase:' .. client, 'weight:' .. client))
  if not counted then
    redis.call('HSET', shares, 'weight:' .. client, weight)
    redis.call('HINCRBY', shares, 'weights', weight)
  end
  now, ended = tonumber(now or 0), tonumber(ended or 0)
  local last = readLastTag(line)
  if last and phase then return { begin = last + (1 - phase) / weight, phase = tonumber(phase) } end
  -- A client that returns before its last turn has ended continues as before.
  if not phase or ended <= now then
    phase = 0.5 + redis.call('HINCRBY', shares, 'begins', 1) * GOLDEN_RATIO % 1
    redis.call('HSET', shares, 'phase:' .. client, exactly(phase))
  end
  return { begin = math.max(now, ended, last or 0), phase = tonumber(phase) }
end

local function takeTag(jobId, priority, client, weight)
  local shares = sharesPrefix .. priority
  local line = shares .. ':' .. client
  local turn = nextTurns[line] or readNextTurn(shares, line, client, weight)
  nextTurns[line] = turn
  local tag = turn.begin + turn.phase / weight
  turn.begin = turn.begin + 1 / weight
  redis.call('ZADD', line, exactly(tag), jobId)
  if not turn.isKept then turn.isKept = redis.call('PEXPIRE', line, LINE_TTL_MS) end
  return tag
end
