--[[
  Standing orders of idle workers. Needs `now`, `text`, `orders` and `workerPrefix`.

  A worker that finds nothing in line leaves the call of take-jobs.lua behind that it would make if it were woken
  (leave-order.lua). Whoever puts jobs in line makes that call in its name, and pushes it the result. So a lone request
  reaches its worker, with its slot, in the step that puts it in line.

    orders                         LIST  workers with an order, the one that was served last at the end
    <worker prefix><worker>:order  HASH
      call                           KEYS and ARGV of take.lua (JSON); absent when the order has ended
      until                          when it ends, ms since the epoch
      left                           how many jobs the worker still takes
      token                          number in the token of the next job's lock
      pushed                         jobs that were pushed to the worker by all of its orders
    <worker prefix><worker>:jobs   channel of messages of several lines: the order's number (that in the first of its
                                   tokens), `pushed` with this message, `now`, jobs left in line, the jobs as take.lua
                                   returns them

  An order ends with its time, when its worker has as many jobs as it takes, and when no slot is free. An order whose
  worker does not listen counts for nothing.
]]
--- @include "./take"

local MOST_AT_A_TIME, MOST_TRIED = 16, 4

-- The places of what an order changes in the ARGV of take.lua.
local MOST_JOBS, TOKEN_NUMBER = 17, 19

-- Makes the call of an order, and pushes what comes of it. Returns whether there were jobs.
local function fillOrder(order, channel, json, left, token)
  local call = cjson.decode(json)
  local number = call.args[TOKEN_NUMBER]
  call.args[MOST_JOBS], call.args[TOKEN_NUMBER] = math.min(left, MOST_AT_A_TIME), token
  local taken = take(call.keys, call.args)
  if not taken.jobs then return false end
  local count = #taken.jobs
  if count == left or taken.slotMs ~= 0 then
    redis.call('HDEL', order, 'call')
  elseif count > 0 then
    redis.call('HSET', order, 'left', left - count, 'token', token + count)
  end
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
    local call, untilAt, left, token = unpack(redis.call('HMGET', order, 'call', 'until', 'left', 'token'))
    if call and now <= tonumber(untilAt) and redis.call('PUBSUB', 'NUMSUB', channel)[2] > 0 then
      return fillOrder(order, channel, call, tonumber(left), tonumber(token))
    end
    redis.call('LREM', orders, 0, workerId)
  end
  return false
end
