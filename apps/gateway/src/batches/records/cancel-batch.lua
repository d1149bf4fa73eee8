--[[
  Marks a batch to be cancelled; the gateway that leads it sees the mark.

  Atomic because the batch may end at the same moment.

  KEYS[1] batch  HASH

  Returns the status that the batch had, or '' when there is no such batch.
]]
--- @include "now"
local batch = KEYS[1]

local status = redis.call('HGET', batch, 'status')
if status == 'validating' or status == 'in_progress' then
  redis.call('HSET', batch, 'status', 'cancelling', 'cancellingAt', readNow())
end
return status or ''
