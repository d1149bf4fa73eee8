-- Gives a job to a worker. The grant is stored with the job: if the reply is lost, its slot is given back. `attempts`: how
-- often it was given before. `rest`: what else is stored of a new job, as a list. Returns the job as JSON, see take.lua.
-- Needs `jobPrefix`, `lockMs`, `now` and `text`.
local function giveJob(jobId, hash, attempts, said, token, rest)
  local grant = said[1] == 'granted' and cjson.encode(said) or ''
  local job = jobPrefix .. jobId
  local given = cjson.encode({ jobId, token, hash, said })
  redis.call('SET', job .. ':lock', token, 'PX', lockMs)
  redis.call('HSET', job, 'processedOn', text(now), 'ats', attempts + 1, 'grant', grant, unpack(rest or {}))
  return given
end
