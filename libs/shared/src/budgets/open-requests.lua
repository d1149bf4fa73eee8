--[[
  Bounds the open requests of a client, in line and in flight. Needs budget.lua.

    <client prefix><client>:open  SORTED SET  jobs of a client that has such a bound, by their arrival
]]
local MOST_CHECKED = 1000
local OPEN_TTL_MS = 86400000

-- Forgets jobs that have ended without being finished: they were called off.
local function dropEnded(open)
  local jobIds = redis.call('ZRANGE', open, 0, MOST_CHECKED - 1)
  local keys = {}
  for i, jobId in ipairs(jobIds) do keys[i] = jobPrefix .. jobId end
  if #keys == 0 or redis.call('EXISTS', unpack(keys)) == #keys then return end
  for i, jobId in ipairs(jobIds) do
    if redis.call('EXISTS', keys[i]) == 0 then redis.call('ZREM', open, jobId) end
  end
end

-- Counts a request. Returns whether the client may have it.
local function openRequest(client, jobId, isBounded)
  local most = client ~= '' and readClient(client).maxQueued
  if not most then return true end
  local open = clientPrefix .. client .. ':open'
  if isBounded and redis.call('ZCARD', open) >= most then
    dropEnded(open)
    if redis.call('ZCARD', open) >= most then return false end
  end
  redis.call('ZADD', open, text(now), jobId)
  redis.call('PEXPIRE', open, OPEN_TTL_MS)
  return true
end
