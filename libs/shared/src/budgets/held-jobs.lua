--[[
  Jobs that wait for their client's budget. Needs `prioritized`, `delayed`, `pc`, `clientsDue`, budget.lua and tags.lua.

  A job of a client with a budget is not in line with the others: it is among BullMQ's delayed jobs,
  with a score that never comes due, and in the client's own line. As many of a client's jobs as its
  budget has room for are let into the common line, the most urgent and oldest ones first. So nobody
  waits behind them, and none of them is read in vain.

    <client prefix><client>:waiting  SORTED SET  its jobs that wait, by priority and arrival
    clientsDue                       SORTED SET  clients that have such jobs, by when to check them
    again
]]
local HELD = '9007199254740991'
-- The most that one script does.
local MOST_CLIENTS, MOST_LET_IN = 16, 100

-- `place` in the client's own line; nil: at the end of its priority.
local function holdJob(jobId, priority, client, place, lookAt)
  place = place or text(priority * PRIORITY + redis.call('INCR', pc) % PRIORITY)
  redis.call('HSET', jobPrefix .. jobId, 'place', place)
  redis.call('ZADD', delayed, HELD, jobId)
  redis.call('ZADD', clientPrefix .. client .. ':waiting', place, jobId)
  redis.call('ZADD', clientsDue, 'LT', text(lookAt), client)
end

-- How many of a client's jobs of this or a higher priority are in line; counted up to `most`.
local function countInLine(client, priority, most)
  local count = 0
  for urgency = 10, math.ceil(priority / 10) * 10, 10 do
    local line = sharesPrefix .. text(urgency) .. ':' .. client
    count = count + redis.call('ZCARD', line)
    if count >= most then count = count - dropStale(line) end
  end
  return count
end

-- Lets the client's next job into line. Returns whether there may be more to do.
local function letNextIn(client, waiting, room)
  local jobId = redis.call('ZRANGE', waiting, 0, 0)[1]
  if not jobId then return false end
  local priority = tonumber(redis.call('HGET', jobPrefix .. jobId, 'priority'))
  if priority and countInLine(client, priority, room) >= room then return false end
  redis.call('ZREM', waiting, jobId)
  -- It may have been called off, or promoted manually.
  if not priority or redis.call('ZREM', delayed, jobId) == 0 then return true end
  local tag
  if priority % 10 == 0 then
    tag = takeTag(jobId, text(priority), client, readClient(client).weight)
  else
    tag = redis.call('INCR', pc) % PRIORITY
  end
  redis.call('ZADD', prioritized, priority * PRIORITY + tag, jobId)
  return true
end

-- Lets as many jobs of a client into line as there is room for.
local function letIn(client)
  local waiting = clientPrefix .. client .. ':waiting'
  local room, lookAt = readRoom(client)
  local left = room > 0 and MOST_LET_IN or 0
  while left > 0 and letNextIn(client, waiting, room) do left = left - 1 end
  if redis.call('EXISTS', waiting) == 0 then
    redis.call('ZREM', clientsDue, client)
    return
  end
  if room > 0 then
    -- Jobs in line may be called off.
    lookAt = left == 0 and now or math.min(lookAt, now + LOOK_MS)
  end
  redis.call('ZADD', clientsDue, text(lookAt), client)
end

local function letClientsIn()
  local clientsToLookAt = redis.call('ZRANGEBYSCORE', clientsDue, '-inf', text(now), 'LIMIT', 0, MOST_CLIENTS)
  for _, client in ipairs(clientsToLookAt) do letIn(client) end
end
