-- A part of read-accounts.lua, record-use.lua and take-slot.lua.
-- How many of the first `count` times of an account's list are not later than `at`. The list never falls.
local function countUntil(minute, count, at)
  local low, high = 0, count
  -- Mostly none is.
  local middle = 0
  while low < high do
    if tonumber(redis.call('LINDEX', minute, middle)) > at then high = middle else low = middle + 1 end
    middle = math.floor((low + high) / 2)
  end
  return low
end
