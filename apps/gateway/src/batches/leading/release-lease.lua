--[[
  Gives up the lease on a batch.

  Atomic because it must not remove a lease that another gateway has taken meanwhile.

  KEYS[1] lease  STRING  id of the lease in force
  ARGV[1] leaseId

  Returns 1, or 0 when another gateway has the lease.
]]
local lease, leaseId = KEYS[1], ARGV[1]

if redis.call('GET', lease) ~= leaseId then return 0 end
redis.call('DEL', lease)
return 1
