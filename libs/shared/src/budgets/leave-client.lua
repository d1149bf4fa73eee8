-- Forgets a job of a client that has ended, and has its client checked if that makes room. Needs
-- `clientPrefix`, `clientsDue` and `marker`.
local function leaveClient(client, jobId)
  local key = clientPrefix .. client
  redis.call('ZREM', key .. ':open', jobId)
  if redis.call('ZREM', key .. ':flight', jobId) == 0 then return end
  if redis.call('ZADD', clientsDue, 'XX', 'LT', 'CH', 0, client) == 1 then redis.call('ZADD', marker, 0, '0') end
end
