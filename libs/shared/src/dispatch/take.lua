-- A part of take-jobs.lua and add-jobs.lua.
--[[
  Takes jobs off the queue, each with its slot: the KEYS and ARGV are those of take-jobs.lua, up to the 12th key and the
  24th argument. They are parameters, in place of the script's own, so that serve-order.lua can run this in the name of
  an idle worker; what is included here reads them as in any other script. Needs `now` and `text`.

  `mostBytes` bounds the requests of the jobs together; nil: there is no bound.

  Returns a table of
    jobs     one for each job that was taken: a list as JSON, which is read faster than its parts: id, token, the job's
             hash, what decide.lua says or `unasked`; nil when none may be taken
    state    why none may be taken: `closed`, or `unregistered`
    waiting  jobs in line
    dueMs    ms until a delayed one is due; -1: none
    slotMs   ms until a slot is free; 0: now, -1: never by itself
]]
local function take(KEYS, ARGV, mostBytes)
--- @include "../key-pool/slots/limiter"
--- @include "../key-pool/models/choose-model"
--- @include "../key-pool/slots/take-slot"
--- @include "../budgets/budget"
--- @include "../key-pool/slots/decide"
local wait, prioritized, delayed, marker = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local active, meta, pc, clientsDue = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local mostJobs, tokenPrefix, tokenNumber, lockMs = tonumber(ARGV[17]), ARGV[18], tonumber(ARGV[19]), ARGV[20]
local refusals, sharesPrefix, fullClients = cjson.decode(ARGV[21]), ARGV[22], cjson.decode(ARGV[23])
--- @include "../queue/bullmq/tags"
--- @include "../budgets/held-jobs"
--- @include "../queue/bullmq/wake-idle-worker"
--- @include "../queue/bullmq/room"
--- @include "../queue/bullmq/forget-line"
--- @include "../queue/bullmq/line"
--- @include "../queue/bullmq/leave-line"
--- @include "./shares"
--- @include "./give-job"

local most = math.min(mostJobs, roomForJobs())
if most <= 0 then return { state = 'closed' } end
local mayBeDelayed = promoteDelayed()
letClientsIn()

local function readFields(hash)
  local fields = {}
  for i = 1, #hash, 2 do fields[hash[i]] = hash[i + 1] end
  return fields
end

local function decodeOr(nothing, json)
  if not json or json == '' then return nothing end
  local isRead, value = pcall(cjson.decode, json)
  return isRead and type(value) == 'table' and value or nothing
end

-- The job's models with their tariffs; those that have failed for it come last.
local function orderModels(request, tried)
  if #tried == 0 then return end
  local isTried = {}
  for _, model in ipairs(tried) do isTried[model] = true end
  local models, tariffs = {}, {}
  for _, wanted in ipairs({ false, true }) do
    for i, model in ipairs(request.models) do
      if (isTried[model] or false) == wanted then
        models[#models + 1] = model
        tariffs[#tariffs + 1] = request.tariffs:sub(i, i)
      end
    end
  end
  request.models, request.tariffs = models, table.concat(tariffs)
end

-- The jobs at the head of the line, each with whether its client has gone.
local function readHeads(most)
  local jobs = readHead(most)
  local marks = {}
  for i, job in ipairs(jobs) do marks[i] = cancelledPrefix .. job.id end
  if #marks > 0 then marks = redis.call('MGET', unpack(marks)) end
  for i, job in ipairs(jobs) do job.isCancelled = marks[i] and true end
  return jobs
end

-- Reads a job, including its body: only when it is its turn. A job that cannot be decided on here
-- has no `request`.
local function readJob(job)
  if job.hash then return end
  job.hash = redis.call('HGETALL', jobPrefix .. job.id)
  job.fields = readFields(job.hash)
  local request = decodeOr(nil, job.fields.request)
  local progress = decodeOr({}, job.fields.progress)
  job.share = request and request.share
  job.needsNoSlot = job.fields.defa or progress.hasBegun
  if request and not job.needsNoSlot then
    request.jobId, request.isCancelled, request.refusedBy = job.id, job.isCancelled, progress.refusedBy or {}
    orderModels(request, progress.triedModels or {})
    job.request = request
  end
end

-- Skips the accounts that refuse a model, and a model that all of them refuse.
local function decideInTurn(request)
  if #request.refusedBy == 0 and next(refusals) == nil then
    request.refusing, request.refusingCount = {}, 0
    return decide(request)
  end
  local all = { models = request.models, tariffs = request.tariffs }
  for i, model in ipairs(all.models) do
    local refusing, count = {}, 0
    for _, accounts in ipairs({ request.refusedBy, refusals[model] or {} }) do
      for _, account in ipairs(accounts) do refusing[account], count = true, count + 1 end
    end
    request.refusing, request.refusingCount = refusing, count
    request.models, request.tariffs = { unpack(all.models, i) }, all.tariffs:sub(i)
    local said = decide(request)
    if said[1] == 'granted' then said[5] = said[5] + i - 1 end
    if said[1] == 'model-unproven' then
      for n = 3, #said do said[n] = said[n] + i - 1 end
    end
    if said[1] ~= 'no-other-account' then return said end
  end
  request.models, request.tariffs, request.refusing, request.refusingCount = all.models, all.tariffs, {}, 0
  return decide(request)
end

local function judge(job)
  if job.request then return decideInTurn(job.request) end
  if job.isCancelled or job.needsNoSlot then return { 'unasked' } end
  wakeAccounts()
  local waitMs = untilSlot()
  return waitMs > 0 and { 'busy', waitMs, 0 } or { 'unasked' }
end

-- Makes a job wait for its client's budget, in its former place.
local function holdAgain(job, lookAt)
  local priority = tonumber(job.fields.priority)
  local place = job.fields.place or job.score or priority * PRIORITY
  holdJob(job.id, priority, job.share.client, place, lookAt)
  mayBeDelayed = true
end

-- Gives a job to the worker. Its first call is a turn of its client.
local function takeJob(job, said, token)
  local given = giveJob(job.id, job.hash, tonumber(job.fields.ats) or 0, said, token)
  local isTurn = said[1] == 'granted' or (said[1] == 'unasked' and not job.fields.progress)
  if isTurn and job.share then countTurn(job, job.share) end
  return given
end

-- Leaves out the jobs whose clients have enough at this worker, unless all have.
local function withoutFull(jobs)
  local isFull, others = {}, {}
  for _, client in ipairs(fullClients) do isFull[client] = true end
  for _, job in ipairs(jobs) do
    readJob(job)
    if not (job.share and isFull[job.share.client]) then others[#others + 1] = job end
  end
  return #others > 0 and others or jobs
end

local PASSED_OVER = 64
local mostRead = #fullClients > 0 and most + PASSED_OVER or most
local jobs = readHeads(mostRead)
local inLine = #jobs < mostRead and #jobs or nil
if #fullClients > 0 then jobs = withoutFull(jobs) end

local replies, taking, fromLine, fromList, slotMs, bytes = {}, {}, {}, {}, nil, 0
for _, job in ipairs(jobs) do
  if #replies == most then break end
  readJob(job)
  bytes = bytes + #(job.fields.data or '')
  if mostBytes and bytes > mostBytes then break end
  local said = job.fields.data and judge(job)
  if said then
    if said[1] == 'unregistered' then
      if ARGV[24] == '0' and #replies == 0 then return { state = 'unregistered' } end
      if ARGV[24] == '0' then break end
      said = { 'no-usable-key' }
    end
    if said[1] == 'busy' and said[3] == 0 then
      slotMs = said[2]
      break
    end
    if said[1] == 'client-over' then
      holdAgain(job, said[2])
    else
      replies[#replies + 1] = takeJob(job, said, tokenPrefix .. text(tokenNumber + #replies))
      taking[#taking + 1] = job.id
    end
    if job.share then leaveLine(job.id, job.fields.priority or '', job.share.client) end
  end
  -- A job without a hash was removed.
  local from = job.score and fromLine or fromList
  from[#from + 1] = job.id
  -- The jobs behind it must not take the slot that it needs.
  if said and said[1] == 'unasked' and not job.needsNoSlot then break end
end
for _, jobId in ipairs(fromList) do redis.call('LREM', wait, -1, jobId) end
if #fromLine > 0 then redis.call('ZREM', prioritized, unpack(fromLine)) end
if #taking > 0 then redis.call('LPUSH', active, unpack(taking)) end

local waiting, dueMs = wakeForLine(inLine and inLine - #fromLine - #fromList, mayBeDelayed)
return { jobs = replies, waiting = waiting, dueMs = dueMs, slotMs = slotMs or (waiting > 0 and untilSlot() or 0) }
end
