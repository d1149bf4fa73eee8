-- Reads BullMQ's waiting jobs. Returns how many wait, and 1 when none waits or is delayed, else 0.
-- Taking a job always leaves a marker. Without a job behind it, it would only wake workers in vain.
local function readLine(wait, prioritized, delayed, marker)
  local waiting = redis.call('LLEN', wait) + redis.call('ZCARD', prioritized)
  if waiting + redis.call('ZCARD', delayed) > 0 then return waiting, 0 end
  redis.call('ZREM', marker, '0')
  return waiting, 1
end
