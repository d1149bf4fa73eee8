--[[
  Takes the next jobs off the queue that may go out now, each with its slot, in one step. As long as no slot
  is free, the line stays as it is.

  A job of which more must be known (it was called before, an account refuses its model) is taken without
  being asked for: its worker asks for it alone. A job is marked as BullMQ marks those in hand.

  KEYS[1] idle        SORTED SET  the limiter's keys, see acquire.lua
  KEYS[2] busy        SORTED SET
  KEYS[3] rotation    HASH
  KEYS[4] members     HASH
  KEYS[5] wait         LIST        the queue's keys, see queue-keys.ts
  KEYS[6] prioritized  SORTED SET
  KEYS[7] delayed      SORTED SET
  KEYS[8] marker       SORTED SET
  KEYS[9] active       LIST
  KEYS[10] meta        HASH
  KEYS[11] pc          STRING

  ARGV[1] account prefix   the first 13 are the limiter's, see acquire.lua
  ARGV[14] most jobs
  ARGV[15] first part of the tokens of their locks
  ARGV[16] number that follows it in the first of them
  ARGV[17] lockMs
  ARGV[18] job prefix
  ARGV[19] models that an account refuses (JSON): a list
  ARGV[20] 1 when the pool was registered just now: one that is not known then has no keys; else 0

  Returns {now, jobs in line, ms until a delayed one is due (-1: none), ms until a slot is free (0: now, -1: never by
  itself), one for each job that was taken: {id, token, the job's hash, what decide.lua says or `unasked`}}; or
  'closed', or 'unregistered'.
]]
--- @include "now"
--- @include "text"
--- @include "../key-pool/slots/limiter"
--- @include "../key-pool/models/choose-model"
--- @include "../key-pool/slots/take-slot"
--- @include "../key-pool/slots/decide"
local wait, prioritized, delayed, marker = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local active, meta, pc = KEYS[9], KEYS[10], KEYS[11]
local most, tokenPrefix, tokenNumber, lockMs = tonumber(ARGV[14]), ARGV[15], tonumber(ARGV[16]), ARGV[17]
local jobPrefix, refusedModels = ARGV[18], cjson.decode(ARGV[19])
--- @include "../queue/bullmq/line"

if isClosed() then return 'closed' end
promoteDelayed()

local isRefused = {}
for _, model in ipairs(refusedModels) do isRefused[model] = true end

local function readFields(hash)
  local fields = {}
  for i = 1, #hash, 2 do fields[hash[i]] = hash[i + 1] end
  return fields
end

-- The job's request as decide.lua takes it; nil when more must be known of it.
local function readRequest(fields, isCancelled)
  if not fields.request or fields.progress or fields.defa then return nil end
  local request = cjson.decode(fields.request)
  for _, model in ipairs(request.models) do
    if isRefused[model] then return nil end
  end
  request.isCancelled, request.refusing, request.refusingCount = isCancelled, {}, 0
  return request
end

-- Only a job that may need no slot is taken when none is free.
local function needsSlot(fields)
  local progress = fields.progress or ''
  return fields.request and not fields.defa and not fields.request:find('"tariffs":"f*p') and
    not progress:find('"hasBegun":true', 1, true)
end

local function judge(fields, isCancelled)
  local request = readRequest(fields, isCancelled)
  if request then return decide(request) end
  if isCancelled or not needsSlot(fields) then return { 'unasked' } end
  wakeAccounts()
  local waitMs = untilSlot()
  return waitMs > 0 and { 'busy', waitMs, 0 } or { 'unasked' }
end

local jobIds, listed = readHead(most)
local marks = {}
for i, jobId in ipairs(jobIds) do marks[i] = cancelledPrefix .. jobId end
if #marks > 0 then marks = redis.call('MGET', unpack(marks)) end

local taken, taking, fromLine, slotMs = {}, {}, {}, nil
for i, jobId in ipairs(jobIds) do
  local hash = redis.call('HGETALL', jobPrefix .. jobId)
  local fields = readFields(hash)
  local said = fields.data and judge(fields, marks[i] and true)
  if said then
    if said[1] == 'unregistered' then
      if ARGV[20] == '0' then return 'unregistered' end
      said = { 'no-usable-key' }
    end
    if said[1] == 'busy' and said[3] == 0 then
      slotMs = said[2]
      break
    end
    local token = tokenPrefix .. text(tokenNumber + #taken)
    -- The grant is kept with the job: should this reply be lost, its slot is given back.
    local grant = said[1] == 'granted' and cjson.encode(said) or ''
    redis.call('SET', jobPrefix .. jobId .. ':lock', token, 'PX', lockMs)
    redis.call('HSET', jobPrefix .. jobId, 'processedOn', text(now), 'ats', (tonumber(fields.ats) or 0) + 1, 'grant', grant)
    taken[#taken + 1] = { jobId, token, hash, said }
    taking[#taking + 1] = jobId
  end
  -- One without a hash was removed.
  if i <= listed then redis.call('LREM', wait, -1, jobId) else fromLine[#fromLine + 1] = jobId end
end
if #fromLine > 0 then redis.call('ZREM', prioritized, unpack(fromLine)) end
if #taking > 0 then redis.call('LPUSH', active, unpack(taking)) end

local waiting, dueMs = markLine()
return { text(now), waiting, dueMs, slotMs or (waiting > 0 and untilSlot() or 0), unpack(taken) }
