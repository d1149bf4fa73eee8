--[[
  Records when a file of a batch was first read to its end.

  Atomic because the batch may be forgotten at the same moment.

  KEYS[1] batch  HASH
  ARGV[1] field  of the record

  Returns 1 when this was the first time, else 0.
]]
--- @include "now"
--- @include "text"
local batch, field = KEYS[1], ARGV[1]

if redis.call('EXISTS', batch) == 0 then return 0 end
return redis.call('HSETNX', batch, field, text(readNow()))
