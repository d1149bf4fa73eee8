--[[
  Takes a key off the list of retired ones, so that it can be registered again. A key that an
  operator has taken out can only be released by an operator, and one that has reached its own limit
  stays out while that is so.

  Atomic because an operator may take a key out at the moment when a probe finds it usable.

  KEYS[1] retired keys   HASH  key id -> why (JSON)
  ARGV[1] key id
  ARGV[2] by             'operator', 'probe', or 'probe-of-spent-key'

  Returns 'in-use' when it was not retired, 'released' when it is not retired any more, else
  'kept-out'.
]]
local retired = KEYS[1]
local keyId, by = ARGV[1], ARGV[2]

local why = redis.call('HGET', retired, keyId)
if not why then return 'in-use' end
local reason = cjson.decode(why).reason
if by ~= 'operator' and reason == 'taken-out' then return 'kept-out' end
if by == 'probe-of-spent-key' and reason == 'key-limit' then return 'kept-out' end
redis.call('HDEL', retired, keyId)
return 'released'
