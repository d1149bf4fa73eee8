-- How many more jobs may be active: none of a paused queue, else as many as an operator allows. Needs `meta` and
-- `active`.
local function roomForJobs()
  local isPaused, most = unpack(redis.call('HMGET', meta, 'paused', 'concurrency'))
  if isPaused then return 0 end
  return most and tonumber(most) - redis.call('LLEN', active) or math.huge
end

-- Whether an operator bounds the jobs in hand: then one that ends makes room for the next one.
local function hasBound() return redis.call('HEXISTS', meta, 'concurrency') == 1 end
