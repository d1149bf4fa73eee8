--[[
  Marks a batch to be cancelled; the gateway that leads it sees the mark.

  Atomic because the batch may end at the same moment.

  KEYS[1] batch  HASH
  ARGV[1] now    ms since the epoch

  Returns the status that the batch had, or '' when there is no such batch.
]]
local batch, now = KEYS[1], ARGV[1]

local status = redis.call('HGET', batch, 'status')
if status == 'validating' or status == 'in_progress' then
  redis.call('HSET', batch, 'status', 'cancelling', 'cancellingAt', now)
end
return status or ''
