--[[
  Standing orders of idle workers. Needs `now`, `text`, `orders` and `workerPrefix`.

  A worker that finds nothing in line leaves the call of take-jobs.lua behind that it would make if it were woken
  (leave-order.lua). Whoever puts jobs in line makes that call in its name, and pushes it the result. So a lone request
  reaches its worker, with its slot, in the step that puts it in line.

    orders                         LIST  workers with an order, the one that was served last at the end
    <worker prefix><worker>:order  HASH
      call                           KEYS and ARGV of take.lua (MessagePack); absent when the order has ended
      until                          when it ends, ms since the epoch
      most                           how many jobs the worker takes by it
      token                          number in the token of the first of these jobs
      pushed                         jobs that were pushed to the worker by all of its orders
      before                         those of them that were pushed before
    <worker prefix><worker>:jobs   channel of messages of several lines: the order's number (that in the first of its
                                   tokens), `pushed` with this message, `now`, jobs left in line, the jobs as take.lua
                                   returns them

  An order ends with its time, when its worker has as many jobs as it takes, and when no slot is free. An order whose
  worker does not listen counts for nothing.
]]
--- @include "./take"
--- @include "./bypass-line"

local MOST_AT_A_TIME, MOST_TRIED = 16, 4
-- Messages to workers go to every node of a Cluster: longer jobs are fetched.
local MOST_PUSHED_BYTES = 65536

-- The places of what an order changes in the ARGV of take.lua.
local MOST_JOBS, TOKEN_NUMBER = 17, 19

-- The order that is to be served: its `key` and `channel`, its `number`, how many jobs the worker still takes (`left`),
-- and KEYS and ARGV of the call (`keys`, `args`). Returns nil when there is none.
local function findOrder()
  for _ = 1, MOST_TRIED do
    local workerId = redis.call('LMOVE', orders, orders, 'LEFT', 'RIGHT')
    if not workerId then return nil end
    local key, channel = workerPrefix .. workerId .. ':order', workerPrefix .. workerId .. ':jobs'
    local packed, untilAt, most, token, before, pushed =
      unpack(redis.call('HMGET', key, 'call', 'until', 'most', 'token', 'before', 'pushed'))
    if packed and now <= tonumber(untilAt) and redis.call('PUBSUB', 'NUMSUB', channel)[2] > 0 then
      local call, used = cmsgpack.unpack(packed), (tonumber(pushed) or 0) - before
      local number, left = call.args[TOKEN_NUMBER], most - used
      call.args[MOST_JOBS], call.args[TOKEN_NUMBER] = math.min(left, MOST_AT_A_TIME), token + used
      return { key = key, channel = channel, number = number, left = left, keys = call.keys, args = call.args }
    end
    redis.call('LREM', orders, 0, workerId)
  end
end

-- Pushes jobs to the worker of an order. `waiting`: how many are left in line.
local function push(order, jobs, waiting)
  if #jobs == order.left then redis.call('HDEL', order.key, 'call') end
  local pushed = redis.call('HINCRBY', order.key, 'pushed', #jobs)
  local message = table.concat({ order.number, pushed, text(now), waiting, unpack(jobs) }, '\n')
  redis.call('PUBLISH', order.channel, message)
end

-- Gives what is at the head of the line to the worker of an order. Returns whether it got any.
local function serveLine(order)
  local taken = take(order.keys, order.args, MOST_PUSHED_BYTES)
  if not taken.jobs then return false end
  if taken.slotMs ~= 0 then redis.call('HDEL', order.key, 'call') end
  if #taken.jobs == 0 then return false end
  push(order, taken.jobs, taken.waiting)
  return true
end

-- Gives a new job to the worker of an order. Returns whether it got it; if not, it has to be put in line.
local function serveJob(order, job)
  if #job.data > MOST_PUSHED_BYTES then return false end
  local given = bypassLine(order.keys, order.args, job.id, job.hash, job.request)
  if not given then return false end
  -- It must not be put in line any more. If it cannot be pushed, its worker finds it under its own locks.
  pcall(push, order, { given }, 0)
  return true
end
