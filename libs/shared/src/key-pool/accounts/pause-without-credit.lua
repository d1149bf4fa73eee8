--[[
  How long an account without credit is left alone. `GET /key` does not tell an account's balance, so
  that only a call finds out whether credit was bought: the pauses between such calls double, from
  half of `stepMs` to `mostMs`. They begin anew when no call was refused for a while.

  Atomic because several calls of an account may be refused at the same time: these count once.

  KEYS[1] pauses  HASH  account -> when its pause ends (ms since the epoch) and how long it is (ms)
  ARGV[1] account
  ARGV[2] stepMs
  ARGV[3] mostMs
  ARGV[4] ttlMs   life of the pauses after the last refusal

  Returns when the pause ends, ms since the epoch.
]]
--- @include "now"
--- @include "text"
local pauses = KEYS[1]
local account, stepMs, mostMs, ttlMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local now = readNow()

local function nextPause()
  local untilAt, pauseMs = (redis.call('HGET', pauses, account) or ''):match('^(%d+) (%d+)$')
  if not untilAt then return stepMs / 2 end
  local overMs = now - tonumber(untilAt)
  -- The clock may have been set back.
  if overMs < 0 and -overMs <= mostMs then return nil, untilAt end
  if overMs < 0 or overMs > 2 * (pauseMs + stepMs) then return stepMs / 2 end
  return math.min(2 * pauseMs, mostMs)
end

local pauseMs, goesOnUntil = nextPause()
if not pauseMs then return goesOnUntil end
local untilAt = text(math.ceil(now + pauseMs))
redis.call('HSET', pauses, account, untilAt .. ' ' .. text(math.ceil(pauseMs)))
redis.call('PEXPIRE', pauses, ttlMs)
return untilAt
