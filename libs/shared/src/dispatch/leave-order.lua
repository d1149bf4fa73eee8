-- Leaves standing orders, see serve-order.lua. Needs the KEYS and ARGV of take-jobs.lua.
-- More are of no use: one is enough for a lone request, and each of them is renewed several times a second.
local MOST_ORDERS = 4
local ORDERS_TTL_MS = 86400000

-- Leaves the worker's order when nothing is left in line and a slot is free, else ends its earlier one. `reply` is that
-- of take.lua. Returns whether an order stands.
local function leaveOrder(reply)
  local orders, order, workerId, most, ttlMs = KEYS[13], KEYS[14], ARGV[25], tonumber(ARGV[26]), ARGV[27]
  local taken = #reply - 4
  local isWanted = reply[2] == 0 and reply[4] == 0 and most > taken
  if isWanted then
    redis.call('LREM', orders, 0, workerId)
    isWanted = redis.call('LLEN', orders) < MOST_ORDERS
  end
  if not isWanted then
    if ARGV[28] == '1' then redis.call('UNLINK', order) end
    return false
  end
  local call = cjson.encode({ keys = { unpack(KEYS, 1, 12) }, args = { unpack(ARGV, 1, 24) }, most = most })
  redis.call('HSET', order, 'call', call, 'used', taken)
  redis.call('PEXPIRE', order, ttlMs)
  redis.call('RPUSH', orders, workerId)
  redis.call('PEXPIRE', orders, ORDERS_TTL_MS)
  return true
end
