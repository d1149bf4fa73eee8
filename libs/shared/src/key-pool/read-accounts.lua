--[[
  Reads what the limiter knows about some accounts, all at the same instant.

  KEYS      none: the names of the accounts' keys are made from ARGV
  ARGV[1] account prefix
  ARGV[2...] accounts

  Returns {now (ms since the epoch), for each account {parkedUntil, parkedReason, day, dayUsed,
  dayElsewhere, lastUsedAt, capPerMinute, perMinute, capPerDay, perDay, grant times…}}; what is not
  known is an empty string.
]]
local accountPrefix = ARGV[1]
local FIELDS = { 'parkedUntil', 'parkedReason', 'day', 'dayUsed', 'dayElsewhere', 'lastUsedAt',
  'capPerMinute', 'perMinute', 'capPerDay', 'perDay' }

local time = redis.call('TIME')
local reply = { string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)) }
for i = 2, #ARGV do
  local accountKey = accountPrefix .. ARGV[i]
  local fields = redis.call('HMGET', accountKey, unpack(FIELDS))
  for f = 1, #FIELDS do fields[f] = fields[f] or '' end
  for _, at in ipairs(redis.call('LRANGE', accountKey .. ':minute', 0, -1)) do
    fields[#fields + 1] = at
  end
  reply[#reply + 1] = fields
end
return reply
