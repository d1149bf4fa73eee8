-- Forgets a job of a client that has ended, and has its client checked if that makes room. Needs
-- `clientPrefix` and check-client.lua.
local function leaveClient(client, jobId)
  local key = clientPrefix .. client
  redis.call('ZREM', key .. ':open', jobId)
  if redis.call('ZREM', key .. ':flight', jobId) == 1 then checkClient(client) end
end
