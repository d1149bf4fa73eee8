--[[
  Reads a kept answer and records that it was used.

  Atomic so that an answer that is evicted meanwhile does not get an entry among the uses.

  KEYS[1] entry    HASH        head, body
  KEYS[2] uses     SORTED SET  of entries by last use (epoch ms)
  ARGV[1] id       of the entry

  Returns {head, body}, or {} when there is none.
]]
--- @include "now"
local entry, uses = KEYS[1], KEYS[2]
local id = ARGV[1]

local found = redis.call('HMGET', entry, 'head', 'body')
if not found[1] then
  return {}
end
redis.call('ZADD', uses, 'XX', readNow(), id)
return found
