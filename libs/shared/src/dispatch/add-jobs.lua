--[[
  Puts jobs on the queue; an existing job stays as it is. Jobs above a client's limit of open requests are refused; exact
  across all gateways, because the count is kept here.

  A lone job is given to an idle worker with a standing order at once, when nobody is in line: see bypass-line.lua. Else
  the jobs are put in line, see put-in-line.lua, and the line is served: by an order, see serve-order.lua, or an idle worker
  is woken. Where serving fails, the jobs are in line all the same.

  KEYS[1] prioritized  SORTED SET  see queue-keys.ts
  KEYS[2] pc           STRING
  KEYS[3] marker       SORTED SET
  KEYS[4] delayed      SORTED SET
  KEYS[5] clients      HASH        see keys.ts
  KEYS[6] clientsDue   SORTED SET
  KEYS[7] orders       LIST        see serve-order.lua
  KEYS[8...] the jobs' hashes

  ARGV[1] shares prefix  see keys.ts
  ARGV[2] client prefix
  ARGV[3] job prefix
  ARGV[4] worker prefix
  ARGV[5...] nine for each job: id, data (JSON), options (JSON), timestamp (ms since the epoch), priority,
    what the limiter must know of it (JSON, see decision-request.ts), client (empty: none), its weight,
    `bounded`: one of its client's open requests; `counted`: one that was accepted before; else
    empty

  Returns for each job 1, or 0 when it was refused.
]]
--- @include "now"
--- @include "text"
local prioritized, pc, marker, delayed, clients, clientsDue, orders = unpack(KEYS, 1, 7)
local sharesPrefix, clientPrefix, jobPrefix, workerPrefix = unpack(ARGV, 1, 4)
local now = readNow()
--- @include "../queue/bullmq/wake-idle-worker"
--- @include "./put-in-line"
--- @include "./serve-order"

-- Lone jobs without a client do not need it.
local line
local function theLine()
  line = line or openLine()
  return line
end

local function readJob(i)
  local at = 5 + 9 * (i - 8)
  local jobId, data, options, timestamp, priority, request, client, weight, counting = unpack(ARGV, at, at + 8)
  local hash = { 'name', 'completion', 'data', data, 'opts', options, 'timestamp', timestamp, 'delay', '0',
    'priority', priority }
  return { id = jobId, key = KEYS[i], hash = hash, data = data, request = request, priority = priority, client = client,
    weight = weight, counting = counting }
end

-- What goes wrong here is not the jobs' fault: they are put in line.
local function attempt(action, ...)
  local isDone, result = pcall(action, ...)
  return isDone and result
end
local order = attempt(findOrder)

-- Gives a lone job to a worker, without putting it in line. Returns whether it got it.
local function give(job) return order and attempt(serveJob, order, job) end

-- Most requests come alone, and not as one of the open requests of their client.
local lone = #KEYS == 8 and readJob(8)
local isCounted = lone and lone.counting ~= ''
if lone and not isCounted and give(lone) then return { 1 } end

local results, jobs = {}, {}
for i = 8, #KEYS do
  local job = readJob(i)
  local isThere = redis.call('EXISTS', job.key) == 1
  local isRefused = not isThere and job.counting ~= ''
    and not theLine().openRequest(job.client, job.id, job.counting == 'bounded')
  results[#results + 1] = isRefused and 0 or 1
  if not isThere and not isRefused and not (isCounted and give(job)) then
    -- At once: the next one may be the same, or have the open requests of its client counted anew.
    redis.call('HSET', job.key, 'request', job.request, unpack(job.hash))
    jobs[#jobs + 1] = job
  end
end
if #jobs == 0 then return results end
theLine().putInLine(jobs)
if not (order and attempt(serveLine, order)) then wakeIdleWorker() end
return results
