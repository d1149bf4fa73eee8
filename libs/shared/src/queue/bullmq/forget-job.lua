--[[
  Forgets that a job which was removed waited in line, or for its client's budget.

  KEYS[1] waiting  SORTED SET  the client's jobs that wait for its budget
  ARGV[1] shares prefix  see keys.ts
  ARGV[2] id of the job
  ARGV[3] client
]]
local sharesPrefix, jobId, client = ARGV[1], ARGV[2], ARGV[3]
--- @include "./leave-line"
redis.call('ZREM', KEYS[1], jobId)
for _, priority in ipairs({ '10', '20', '30' }) do leaveLine(jobId, priority, client) end
