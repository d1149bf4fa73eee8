-- Forgets a job of a client that has ended, and has its client checked if that makes room. Needs
-- `clientPrefix`, `clientsDue` and wake-idle-worker.lua.
local function leaveClient(client, jobId)
  local key = clientPrefix .. client
  redis.call('ZREM', key .. ':open', jobId)
  if redis.call('ZREM', key .. ':flight', jobId) == 0 then return end
  if redis.call('ZADD', clientsDue, 'XX', 'LT', 'CH', 0, client) == 1 then wakeIdleWorker() end
end
