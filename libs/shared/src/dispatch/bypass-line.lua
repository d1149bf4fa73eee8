-- A part of add-jobs.lua.
--[[
  Gives a new job to an idle worker without putting it in line, when nobody is in line: the KEYS and ARGV are those of
  take.lua. What is left behind is the same as if the job had been put in line and taken, in fewer commands. Only the marker
  of a line that was emptied in some other way stays: a worker wakes once in vain, and removes it. Needs `now` and `text`.

  `hash` is the job's without `request`, as a list: it is stored together with what giving it adds. Returns the job as
  take.lua does; nil when it has to be put in line, or is there already.
]]
local function bypassLine(KEYS, ARGV, jobId, hash, requestJson)
-- Accounts that refuse a model are left to take.lua.
if ARGV[21] ~= '{}' then return nil end
--- @include "../key-pool/slots/limiter"
--- @include "../key-pool/models/choose-model"
--- @include "../key-pool/slots/take-slot"
--- @include "../budgets/budget"
--- @include "../key-pool/slots/decide"
local wait, prioritized, delayed, active, meta = KEYS[5], KEYS[6], KEYS[7], KEYS[9], KEYS[10]
local pc, tokenPrefix, tokenNumber, lockMs, sharesPrefix = KEYS[11], ARGV[18], ARGV[19], ARGV[20], ARGV[22]
--- @include "../queue/bullmq/room"
--- @include "../queue/bullmq/forget-line"
--- @include "./give-job"

local function countKeys(...)
  return redis.call('EXISTS', wait, prioritized, delayed, cancelledPrefix .. jobId, jobPrefix .. jobId, ...)
end

-- Mostly nothing is left of an earlier line either.
local isForgotten = countKeys(unpack(leftOfLine)) == 0
if not isForgotten and countKeys() > 0 then return nil end
if roomForJobs() < 1 then return nil end
local request = cjson.decode(requestJson)
request.jobId, request.refusing, request.refusingCount = jobId, {}, 0
-- Whoever adds a job is there.
knownGateways[request.gatewayId] = false
local said = decide(request)
if said[1] ~= 'granted' then return nil end
-- The job comes last: as long as it is not there, it can still be put in line.
redis.call('LPUSH', active, jobId)
if not isForgotten then forgetLine() end
return giveJob(jobId, hash, 0, said, tokenPrefix .. text(tokenNumber), { 'request', requestJson, unpack(hash) })
end
