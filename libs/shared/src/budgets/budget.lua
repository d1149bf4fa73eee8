--[[
  Budgets of clients. Needs `clients`, `clientPrefix`, `jobPrefix`, `windowMs`, `now`, `latest`, `day`, `dayEnd` and `text`.

  A client's limits are in its record, so that a change holds at once. Its use is stored behind its
  id:
    :day:<number of the day>  STRING      its calls on that UTC day
    :minute                   SORTED SET  its calls by the latest time at which they can have been sent
    :flight                   SORTED SET  its jobs in hand by when they were seen there last
  The last two exist only for clients with such a limit.
]]
-- After this time it is noticed that a job left its worker without being finished.
local LOOK_MS = 1000
-- Jobs in hand that are checked at a time.
local MOST_LOOKED_AT = 100
local FLIGHT_TTL_MS = 86400000

local knownClients = {}

-- The client's `weight` and limits.
local function readClient(client)
  local known = knownClients[client]
  if known then return known end
  local isRead, record = pcall(cjson.decode, redis.call('HGET', clients, client) or '')
  if not isRead or type(record) ~= 'table' then record = {} end
  known = {
    weight = tonumber(record.weight) or 1, maxQueued = tonumber(record.maxQueued),
    perDay = tonumber(record.perDay), perMinute = tonumber(record.perMinute), maxInFlight = tonumber(record.maxInFlight),
  }
  known.hasBudget = known.perDay or known.perMinute or known.maxInFlight
  knownClients[client] = known
  return known
end

local function dayKey(client, number) return clientPrefix .. client .. ':day:' .. text(number) end

-- The client's jobs in hand, without one of them.
local function countInFlight(client, most, besides)
  local flight = clientPrefix .. client .. ':flight'
  local own = besides and redis.call('ZSCORE', flight, besides) and 1 or 0
  local count = redis.call('ZCARD', flight) - own
  if count < most then return count end
  for _, jobId in ipairs(redis.call('ZRANGEBYSCORE', flight, '-inf', text(now - LOOK_MS), 'LIMIT', 0, MOST_LOOKED_AT)) do
    if redis.call('EXISTS', jobPrefix .. jobId .. ':lock') == 1 then
      redis.call('ZADD', flight, text(now), jobId)
    elseif redis.call('ZREM', flight, jobId) == 1 and jobId ~= besides then
      count = count - 1
    end
  end
  return count
end

-- How many calls a client may make now, and when to check again (ms since the epoch). A job in hand
-- keeps its place.
local function readRoom(client, jobId)
  local limits = readClient(client)
  local room, lookAt = math.huge, math.huge
  if limits.perDay then
    room = limits.perDay - (tonumber(redis.call('GET', dayKey(client, day))) or 0)
    -- A call that may be sent after the end of the day would belong to either day.
    if room <= 0 or latest >= dayEnd then return 0, dayEnd end
  end
  if limits.perMinute then
    local minute = clientPrefix .. client .. ':minute'
    redis.call('ZREMRANGEBYSCORE', minute, '-inf', text(now - windowMs))
    local calls = redis.call('ZCARD', minute)
    local nth = math.max(0, calls - limits.perMinute)
    local leaving = redis.call('ZRANGE', minute, nth, nth, 'WITHSCORES')
    if leaving[2] then lookAt = tonumber(leaving[2]) + windowMs end
    room = math.min(room, limits.perMinute - calls)
  end
  if limits.maxInFlight then
    room = math.min(room, limits.maxInFlight - countInFlight(client, limits.maxInFlight, jobId))
    lookAt = math.min(lookAt, now + LOOK_MS)
  end
  return math.max(0, room), lookAt
end

-- Counts a call of a client. Returns the receipt for release-slot.lua.
local function countClientCall(client, jobId)
  local limits = readClient(client)
  local key = dayKey(client, day)
  if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, text(dayEnd - now + windowMs)) end
  local call = jobId .. ':' .. text(now)
  if limits.perMinute then
    local minute = clientPrefix .. client .. ':minute'
    redis.call('ZADD', minute, text(latest), call)
    redis.call('PEXPIRE', minute, text(latest - now + windowMs))
  end
  if limits.maxInFlight then
    local flight = clientPrefix .. client .. ':flight'
    redis.call('ZADD', flight, text(now), jobId)
    redis.call('PEXPIRE', flight, FLIGHT_TTL_MS)
  end
  return table.concat({ client, text(day), call }, ',')
end
