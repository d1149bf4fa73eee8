--[[
  Renews the lease on a batch, and the sign that its replies are read, so that workers go on with
  its jobs. A lease that ran out while Redis was away is taken again, if it is free.

  Atomic because another gateway may take the lease at any moment.

  KEYS[1] lease  STRING  id of the lease in force
  KEYS[2] alive  STRING  exists while replies are read
  ARGV[1] leaseId
  ARGV[2] leaseTtlMs
  ARGV[3] aliveTtlMs

  Returns 1, or 0 when another gateway has the lease.
]]
local lease, alive = KEYS[1], KEYS[2]
local leaseId, leaseTtlMs, aliveTtlMs = ARGV[1], ARGV[2], ARGV[3]

local holder = redis.call('GET', lease)
if holder and holder ~= leaseId then return 0 end
redis.call('SET', lease, leaseId, 'PX', leaseTtlMs)
redis.call('SET', alive, '1', 'PX', aliveTtlMs)
return 1
