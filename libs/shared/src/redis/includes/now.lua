local knownNow

-- Redis's clock, ms since the epoch. It stands still while a script runs.
local function readNow()
  if not knownNow then
    local time = redis.call('TIME')
    knownNow = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return knownNow
end
