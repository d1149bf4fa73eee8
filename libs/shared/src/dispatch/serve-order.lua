--[[
  Standing orders of idle workers. Needs `orders` and `workerPrefix`.

  A worker that finds nothing in line leaves the call of take-jobs.lua behind that it would make if it were woken
  (leave-order.lua). Whoever puts jobs in line makes that call in its name, and pushes it the result. So a lone request
  reaches its worker, with its slot, in the step that puts it in line.

    orders                            LIST  workers with an order, the one that was served last at the end
    <worker prefix><worker>:order     HASH  `call` (JSON: keys, args, most) and `used`: how many jobs of at most `most` it
                                            got by it
    <worker prefix><worker>:jobs      channel on which it gets them

  An order ends when its time is over, when its worker has as many jobs as it takes, and when no slot is free. An order
  whose worker does not listen counts for nothing.
]]
--- @include "./take"

local MOST_JOBS_AT_A_TIME, MOST_ORDERS_TRIED = 16, 4

-- Makes the call of an order. Returns the reply of take.lua, and how many jobs the worker takes after it.
local function makeCall(call, used)
  local args, left = call.args, call.most - used
  args[17], args[19] = math.min(left, MOST_JOBS_AT_A_TIME), args[19] + used
  local reply = take(call.keys, args)
  if type(reply) ~= 'table' then return nil end
  return reply, left - (#reply - 4)
end

-- Serves one worker. Returns whether it got jobs, or nil when it has no order.
local function serveWorker(workerId)
  local order, channel = workerPrefix .. workerId .. ':order', workerPrefix .. workerId .. ':jobs'
  local json, used = unpack(redis.call('HMGET', order, 'call', 'used'))
  if not json or redis.call('PUBSUB', 'NUMSUB', channel)[2] == 0 then return nil end
  local call = cjson.decode(json)
  local number = call.args[19]
  local reply, left = makeCall(call, tonumber(used))
  if not reply then return false end
  local now, waiting, _, slotMs = unpack(reply)
  local count = #reply - 4
  if left <= 0 or slotMs ~= 0 then
    redis.call('UNLINK', order)
  elseif count > 0 then
    redis.call('HINCRBY', order, 'used', count)
  end
  if count == 0 then return false end
  redis.call('PUBLISH', channel, table.concat({ number, now, waiting, unpack(reply, 5) }, '\n'))
  return true
end

-- Returns whether a worker got what is at the head of the line; if not, one has to be woken.
local function serveOrder()
  for _ = 1, MOST_ORDERS_TRIED do
    local workerId = redis.call('LMOVE', orders, orders, 'LEFT', 'RIGHT')
    if not workerId then return false end
    local isServed = serveWorker(workerId)
    if isServed ~= nil then return isServed end
    redis.call('LREM', orders, 0, workerId)
  end
  return false
end
