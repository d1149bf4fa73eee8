--[[
  Puts jobs in line, in their order, as BullMQ's own script for jobs with a priority does; a job that is there
  already stays as it is.

  KEYS[1] prioritized  SORTED SET  see queue-keys.ts
  KEYS[2] pc           STRING
  KEYS[3] marker       SORTED SET
  KEYS[4...] the jobs' hashes

  ARGV six for each job: id, data (JSON), options (JSON), timestamp (ms since the epoch), priority,
  what the limiter must know of it (JSON, see decision-request.ts)

  Returns how many were added.
]]
local prioritized, pc, marker = KEYS[1], KEYS[2], KEYS[3]
local scored, added = {}, 0
for i = 4, #KEYS do
  local at = 6 * (i - 4)
  local jobId, data, options, timestamp, priority, request = unpack(ARGV, at + 1, at + 6)
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'name', 'completion', 'data', data, 'opts', options, 'timestamp', timestamp,
      'delay', 0, 'priority', priority, 'request', request)
    added = added + 1
    scored[2 * added - 1], scored[2 * added] = priority * 0x100000000, jobId
  end
end
if added == 0 then return 0 end

local last = redis.call('INCRBY', pc, added)
for i = 1, added do scored[2 * i - 1] = scored[2 * i - 1] + (last - added + i) % 0x100000000 end
redis.call('ZADD', prioritized, unpack(scored))
redis.call('ZADD', marker, 0, '0')
return added
