--[[
  Puts jobs in line, as BullMQ's own script for jobs with a priority does; an existing job stays as
  it is.

  Jobs without a client are in the order of their arrival, those of clients in the order of their
  turns, see tags.lua. Jobs of a client with a budget wait for it first, see held-jobs.lua. Jobs
  above a client's limit of open requests are refused; exact across all gateways, because the count
  is kept here.

  Then the line is served: by the standing order of an idle worker, see serve-order.lua, or an idle worker is woken. Where
  serving fails, the jobs are in line all the same.

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
-- No call is counted here.
local windowMs, latest, day, dayEnd = 0, 0, 0, 0
local now = readNow()
--- @include "../queue/bullmq/tags"
--- @include "../queue/bullmq/wake-idle-worker"
--- @include "../budgets/budget"
--- @include "../budgets/held-jobs"
--- @include "../budgets/open-requests"
--- @include "./serve-order"

-- For jobs of clients only; nil when the job waits for its client's budget.
local function findTag(jobId, priority, client, weight)
  if not readClient(client).hasBudget then return takeTag(jobId, priority, client, tonumber(weight)) end
  holdJob(jobId, tonumber(priority), client, nil, now)
end

local scored, arrived, results, hasAdded = {}, {}, {}, false
for i = 8, #KEYS do
  local at = 5 + 9 * (i - 8)
  local jobId, data, options, timestamp, priority, request, client, weight, counting = unpack(ARGV, at, at + 8)
  local isThere = redis.call('EXISTS', KEYS[i]) == 1
  local isRefused = not isThere and counting ~= '' and not openRequest(client, jobId, counting == 'bounded')
  results[#results + 1] = isRefused and 0 or 1
  if not isThere and not isRefused then
    redis.call('HSET', KEYS[i], 'name', 'completion', 'data', data, 'opts', options, 'timestamp', timestamp,
      'delay', 0, 'priority', priority, 'request', request)
    local tag = 0
    if client == '' then arrived[#arrived + 1] = #scored + 1 else tag = findTag(jobId, priority, client, weight) end
    if tag then
      scored[#scored + 1] = priority * PRIORITY + tag
      scored[#scored + 1] = jobId
    end
    hasAdded = true
  end
end
if #arrived > 0 then
  local first = redis.call('INCRBY', pc, #arrived) - #arrived
  for n, at in ipairs(arrived) do scored[at] = scored[at] + (first + n) % PRIORITY end
end
if #scored > 0 then redis.call('ZADD', prioritized, unpack(scored)) end
local function isServed()
  local isDone, isServed = pcall(serveOrder)
  return isDone and isServed
end
if hasAdded and not isServed() then wakeIdleWorker() end
return results
