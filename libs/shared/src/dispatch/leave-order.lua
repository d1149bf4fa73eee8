-- A part of take-jobs.lua.
--[[
  Leaves standing orders, see serve-order.lua. Needs the KEYS and ARGV of take-jobs.lua.

  No more than serve-order.lua tries are of use: one is enough for a lone request, and each is renewed several times a
  second.
]]
local MOST_ORDERS = 4
local ORDER_TTL_MS, ORDERS_TTL_MS = 60000, 86400000

-- Whether the worker may leave an order: nothing is left in line, a slot is free, and few others have one.
local function mayLeaveOrder(taken, orders, workerId)
  if taken.waiting > 0 or taken.slotMs ~= 0 or tonumber(ARGV[26]) <= #taken.jobs then return false end
  redis.call('LREM', orders, 0, workerId)
  return redis.call('LLEN', orders) < MOST_ORDERS
end

--[[
  Leaves the worker's order if it may, else ends its earlier one. `taken` is the result of take.lua. Returns 1 when an
  order stands, else 0, and how many jobs were pushed to the worker in all; -1: not looked up.
]]
local function leaveOrder(taken)
  local orders, order, workerId, ttlMs, mayStand = KEYS[13], KEYS[14], ARGV[25], ARGV[27], ARGV[28] == '1'
  local stands = mayLeaveOrder(taken, orders, workerId)
  if not stands and not mayStand then return 0, -1 end
  local counted = tonumber(redis.call('HGET', order, 'pushed')) or 0
  local pushed = math.max(counted, tonumber(ARGV[29]))
  if stands then
    local args = { unpack(ARGV, 1, 24) }
    -- A pool that is unknown when the order is served may have been lost.
    args[24] = '0'
    local call = cmsgpack.pack({ keys = { unpack(KEYS, 1, 12) }, args = args })
    redis.call('HSET', order, 'call', call, 'until', text(now + ttlMs), 'most', tonumber(ARGV[26]) - #taken.jobs,
      'token', ARGV[19] + #taken.jobs, 'before', pushed, 'pushed', pushed)
    redis.call('PEXPIRE', order, ORDER_TTL_MS)
    redis.call('RPUSH', orders, workerId)
    redis.call('PEXPIRE', orders, ORDERS_TTL_MS)
  else
    redis.call('HDEL', order, 'call')
    redis.call('LREM', orders, 0, workerId)
  end
  return stands and 1 or 0, pushed
end
