-- Takes a job of a client out of the line. With its last one the client has no more work. Needs
-- `sharesPrefix`.
local function leaveLine(jobId, priority, client)
  local shares = sharesPrefix .. priority
  local line = shares .. ':' .. client
  redis.call('ZREM', line, jobId)
  if redis.call('EXISTS', line) == 1 then return end
  local weight = redis.call('HGET', shares, 'weight:' .. client)
  if not weight then return end
  redis.call('HDEL', shares, 'weight:' .. client)
  redis.call('HINCRBY', shares, 'weights', -weight)
end
