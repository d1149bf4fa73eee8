-- A part of add-jobs.lua.
--[[
  The line as clients come to it: bounds their open requests, and puts new jobs in line, as BullMQ's own script for jobs
  with a priority does.

  Jobs without a client are in the order of their arrival, those of clients in the order of their turns, see tags.lua.
  Jobs of a client with a budget wait for it first, see held-jobs.lua. Needs the names of add-jobs.lua.

  Returns `openRequest`, see open-requests.lua, and `putInLine`.
]]
local function openLine()
-- No call is counted here.
local windowMs, latest, day, dayEnd = 0, 0, 0, 0
--- @include "../queue/bullmq/tags"
--- @include "../budgets/budget"
--- @include "../budgets/held-jobs"
--- @include "../budgets/open-requests"

-- For jobs of clients only; nil when the job waits for its client's budget.
local function findTag(job)
  if not readClient(job.client).hasBudget then return takeTag(job.id, job.priority, job.client, tonumber(job.weight)) end
  holdJob(job.id, tonumber(job.priority), job.client, nil, now)
end

local function putInLine(jobs)
  local scored, arrived = {}, {}
  for _, job in ipairs(jobs) do
    local tag = 0
    if job.client == '' then arrived[#arrived + 1] = #scored + 1 else tag = findTag(job) end
    if tag then
      scored[#scored + 1] = job.priority * PRIORITY + tag
      scored[#scored + 1] = job.id
    end
  end
  if #arrived > 0 then
    local first = redis.call('INCRBY', pc, #arrived) - #arrived
    for n, at in ipairs(arrived) do scored[at] = scored[at] + (first + n) % PRIORITY end
  end
  if #scored > 0 then redis.call('ZADD', prioritized, unpack(scored)) end
end

return { openRequest = openRequest, putInLine = putInLine }
end
