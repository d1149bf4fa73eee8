-- Has an idle worker check whether a client's waiting jobs may go now, if it has any. Needs `clientsDue` and
-- wake-idle-worker.lua.
local function checkClient(client)
  if redis.call('ZADD', clientsDue, 'XX', 'LT', 'CH', 0, client) == 1 then wakeIdleWorker() end
end
