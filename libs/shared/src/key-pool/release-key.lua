--[[
  Takes a key off the list of retired ones, so that it can be registered again. One that an
  operator has taken out only an operator can release.

  Atomic because an operator may take a key out at the moment when a probe finds it well.

  KEYS[1] retired keys   HASH  key id -> why (JSON)
  ARGV[1] key id
  ARGV[2] by             'operator' or 'probe'

  Returns 'in-use' when it was not retired, 'released' when it is not retired any more, else
  'kept-out'.
]]
local retired = KEYS[1]
local keyId, by = ARGV[1], ARGV[2]

local why = redis.call('HGET', retired, keyId)
if not why then return 'in-use' end
if by ~= 'operator' and cjson.decode(why).reason == 'taken-out' then return 'kept-out' end
redis.call('HDEL', retired, keyId)
return 'released'
