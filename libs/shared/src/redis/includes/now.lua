-- Redis's clock, ms since the epoch.
local function readNow()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
