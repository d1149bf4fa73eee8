--[[
  Takes a key off the list of retired ones, so that it can be registered again. One that an
  operator has taken out only an operator can release.

  Atomic because an operator may take a key out at the moment when a probe finds it well.

  KEYS[1] retired keys   HASH  key id -> why (JSON)
  ARGV[1] key id
  ARGV[2] by             'operator' or 'probe'

  Returns 1 when the key is not retired any more, else 0.
]]
local retired = KEYS[1]
local keyId, by = ARGV[1], ARGV[2]

local why = redis.call('HGET', retired, keyId)
if why and by ~= 'operator' and cjson.decode(why).reason == 'taken-out' then return 0 end
redis.call('HDEL', retired, keyId)
return 1
