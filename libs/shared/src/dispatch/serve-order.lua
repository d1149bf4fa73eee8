--[[
  Standing orders of idle workers. Needs `now`, `text`, `orders` and `workerPrefix`.

  A worker that finds nothing in line leaves the call of take-jobs.lua behind that it would make if it were woken
  (leave-order.lua). Whoever puts jobs in line makes that call in its name, and pushes it the result. So a lone request
  reaches its worker, with its slot, in the step that puts it in line.

    orders                         LIST  workers with an order, the one that was served last at the end
    <worker prefix><worker>:order  HASH
      call                           KEYS and ARGV of take.lua (JSON); absent when the order has ended
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

local MOST_AT_A_TIME, MOST_TRIED = 16, 4
-- Messages to workers go to every node of a Cluster: longer jobs are fetched.
local MOST_PUSHED_BYTES = 65536

-- The places of what an order changes in the ARGV of take.lua.
local MOST_JOBS, TOKEN_NUMBER = 17, 19

-- Makes the call of an order, and pushes what comes of it. `left`: how many jobs the worker still takes; `token`: the
-- number in the next one's. Returns whether there were jobs.
local function fillOrder(order, channel, json, left, token)
  local call = cjson.decode(json)
  local number = call.args[TOKEN_NUMBER]
  call.args[MOST_JOBS], call.args[TOKEN_NUMBER] = math.min(left, MOST_AT_A_TIME), token
  local taken = take(call.keys, call.args, MOST_PUSHED_BYTES)
  if not taken.jobs then return false end
  local count = #taken.jobs
  if count == left or taken.slotMs ~= 0 then redis.call('HDEL', order, 'call') end
  if count == 0 then return false end
  local pushed = redis.call('HINCRBY', order, 'pushed', count)
  redis.call('PUBLISH', channel, table.concat({ number, pushed, text(now), taken.waiting, unpack(taken.jobs) }, '\n'))
  return true
end

-- Gives what is at the head of the line to a worker with an order. Returns whether one got it; if not, one has to be
-- woken.
local function serveOrder()
  for _ = 1, MOST_TRIED do
    local workerId = redis.call('LMOVE', orders, orders, 'LEFT', 'RIGHT')
    if not workerId then return false end
    local order, channel = workerPrefix .. workerId .. ':order', workerPrefix .. workerId .. ':jobs'
    local call, untilAt, most, token, before, pushed =
      unpack(redis.call('HMGET', order, 'call', 'until', 'most', 'token', 'before', 'pushed'))
    if call and now <= tonumber(untilAt) and redis.call('PUBSUB', 'NUMSUB', channel)[2] > 0 then
      local used = (tonumber(pushed) or 0) - before
      return fillOrder(order, channel, call, most - used, token + used)
    end
    redis.call('LREM', orders, 0, workerId)
  end
  return false
end
