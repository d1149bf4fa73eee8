--[[
  Moves the first waiting job of a range to the front of the line.

  Atomic because another worker may take the job at the same moment.

  KEYS[1] prioritized  SORTED SET  BullMQ's waiting jobs by priority and arrival
  ARGV[1] min          first score of the range
  ARGV[2] max          last score of the range

  Returns the job's id, or nil when none waits.
]]
local prioritized = KEYS[1]
local jobId = redis.call('ZRANGEBYSCORE', prioritized, ARGV[1], ARGV[2], 'LIMIT', 0, 1)[1]
if not jobId then return nil end

-- Priorities start at 1, and BullMQ multiplies them by 2^32: no other score is below that. The part
-- of the score below the priority stays as a fraction: it determines the client's turn, see
-- shares.lua.
local PRIORITY = 0x100000000
local place = tonumber(redis.call('ZSCORE', prioritized, jobId)) % PRIORITY
redis.call('ZADD', prioritized, 'XX', string.format('%.17g', 1 + place / PRIORITY), jobId)
return jobId
