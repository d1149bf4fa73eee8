--[[
  Takes a key off the list of retired ones, so that it can be registered again. A key that an
  operator has taken out can only be released by an operator, one that has reached its own limit
  stays out while that is so, and one that is out for some time stays out until then, unless an
  operator wants it probed.

  Atomic because an operator may take a key out at the moment when a probe finds it usable.

  KEYS[1] retired keys   HASH  key id -> why (JSON)
  ARGV[1] key id
  ARGV[2] by             'operator' or 'probe'
  ARGV[3] isSpent        '1' when the probe found it at its own limit
  ARGV[4] isAsked        '1' when an operator wants it probed

  Returns 'in-use' when it was not retired, 'released' when it is not retired any more, else
  'kept-out'.
]]
--- @include "now"
local retired = KEYS[1]
local keyId, by, isSpent, isAsked = unpack(ARGV)

local why = redis.call('HGET', retired, keyId)
if not why then return 'in-use' end
local told = cjson.decode(why)
local now = readNow()
-- Before it was retired only where the clock has been set back.
local isEarly = isAsked == '' and now >= (told.at or 0) and now < (told.untilAt or 0)
if by == 'probe' and (told.reason == 'taken-out' or isEarly) then return 'kept-out' end
if isSpent ~= '' and told.reason == 'key-limit' then return 'kept-out' end
redis.call('HDEL', retired, keyId)
return 'released'
