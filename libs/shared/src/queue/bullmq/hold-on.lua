-- Whether a job is held under this lock. One that has lapsed is renewed while nobody has noticed. Needs `active`,
-- `jobPrefix` and `lockMs`.
local function holdOn(jobId, token)
  local lock = jobPrefix .. jobId .. ':lock'
  local holder = redis.call('GET', lock)
  if holder then return holder == token end
  if not redis.call('LPOS', active, jobId) then return false end
  redis.call('SET', lock, token, 'PX', lockMs)
  return true
end
