-- Wakes one idle worker: those of BullMQ wait for its marker. Needs `marker`.
local function wakeIdleWorker()
  redis.call('ZADD', marker, 0, '0')
end
