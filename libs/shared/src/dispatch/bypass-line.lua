-- A part of add-jobs.lua.
--[[
  Gives a new job to an idle worker without putting it in line, when nobody is in line: the KEYS and ARGV are those of
  take.lua. What is left behind is the same as if the job had been put in line and taken; it takes a third fewer
  commands. Needs `now` and `text`.

  `hash` is the job's, as a list. Returns the job as take.lua does; nil when it has to be put in line.
]]
local function bypassLine(KEYS, ARGV, jobId, hash, request)
-- Accounts that refuse a model are left to take.lua.
if ARGV[21] ~= '{}' then return nil end
--- @include "../key-pool/slots/limiter"
--- @include "../key-pool/models/choose-model"
--- @include "../key-pool/slots/take-slot"
--- @include "../budgets/budget"
--- @include "../key-pool/slots/decide"
local wait, prioritized, delayed, active, meta = KEYS[5], KEYS[6], KEYS[7], KEYS[9], KEYS[10]
local tokenPrefix, tokenNumber, lockMs = ARGV[18], ARGV[19], ARGV[20]
--- @include "../queue/bullmq/room"
--- @include "./give-job"

local isAlone = redis.call('EXISTS', wait, prioritized, delayed, cancelledPrefix .. jobId) == 0
if not isAlone or roomForJobs() < 1 then return nil end
request.jobId, request.refusing, request.refusingCount = jobId, {}, 0
-- Whoever adds a job is there.
knownGateways[request.gatewayId] = false
local said = decide(request)
if said[1] ~= 'granted' then return nil end
redis.call('LPUSH', active, jobId)
return giveJob(jobId, hash, 0, said, tokenPrefix .. text(tokenNumber))
end
