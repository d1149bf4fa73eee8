--[[
  Lets a model cool down after it (not the key) was refused.

  Atomic because many calls of a busy model are refused at once, and they must count as one refusal:
  only the first one after a cooldown makes the next step longer.

  KEYS[1] cooldown   STRING  exists while the model cools down
  KEYS[2] step       STRING  refusals in a row; expires after a quiet time
  KEYS[3] cooling    SORTED SET  models that cool down, by when that ends (for observability)
  ARGV[1] statedMs   what the answer stated; 0 for nothing
  ARGV[2] firstMs    the first step; doubled with each refusal in a row
  ARGV[3] longestMs  the longest step
  ARGV[4] model
  ARGV[5] mostMs     bound on what an answer may state

  Returns how long the model cools down from now (ms).
]]
--- @include "now"
--- @include "text"
local cooldown, step, cooling = unpack(KEYS)
local statedMs, firstMs, longestMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local model, mostMs = ARGV[4], tonumber(ARGV[5])

local remainingMs = redis.call('PTTL', cooldown)
local steps = tonumber(redis.call('GET', step)) or 0
if remainingMs <= 0 then steps = steps + 1 end

-- A stated time lengthens a step and never shortens it: an upstream that states one second again
-- and again does not set the pace.
local stepMs = math.min(firstMs * 2 ^ (steps - 1), longestMs)
local durationMs = math.ceil(math.min(math.max(stepMs, statedMs), mostMs))
if remainingMs >= durationMs then return remainingMs end

redis.call('SET', cooldown, '1', 'PX', durationMs)
redis.call('SET', step, steps, 'PX', durationMs * 2 + longestMs)

local now = readNow()
redis.call('ZREMRANGEBYSCORE', cooling, '-inf', now)
redis.call('ZADD', cooling, text(now + durationMs), model)
if redis.call('PTTL', cooling) < durationMs then redis.call('PEXPIRE', cooling, durationMs) end
return durationMs
