--[[
  Reads the limiter's state of accounts, all at the same instant.

  KEYS[1] pools  SORTED SET  not read: it tells a Cluster where the accounts' keys are, whose names are made from ARGV
  ARGV[1] account prefix
  ARGV[2] fields of the account's hash, comma-separated
  ARGV[3...] accounts

  Returns {now (ms since the epoch), for each account {values of the fields, '' where there is none,
  grant times}}
]]
--- @include "now"
--- @include "text"
local accountPrefix = ARGV[1]
local fields = {}
for field in string.gmatch(ARGV[2], '[^,]+') do fields[#fields + 1] = field end

local reply = { text(readNow()) }
for i = 3, #ARGV do
  local accountKey = accountPrefix .. ARGV[i]
  local values = redis.call('HMGET', accountKey, unpack(fields))
  for f = 1, #fields do values[f] = values[f] or '' end
  reply[#reply + 1] = { values, redis.call('LRANGE', accountKey .. ':minute', 0, -1) }
end
return reply
