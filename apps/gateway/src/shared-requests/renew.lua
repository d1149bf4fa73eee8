--[[
  Renews the lease of a shared request's leader. A lease that is gone (Redis lost its last writes)
  is made again, unless another process leads by now.

  Atomic so that no leader renews the lease of another.

  KEYS[1] lease    HASH
  KEYS[2] interest   STRING  exists while another process follows
  ARGV[1] token
  ARGV[2] note
  ARGV[3] leaseMs

  Returns 1 when another process follows, else 0.
]]
local lease, interest = KEYS[1], KEYS[2]
local token, note, leaseMs = ARGV[1], ARGV[2], ARGV[3]

local holder = redis.call('HGET', lease, 'token')
if not holder then
  redis.call('HSET', lease, 'token', token, 'note', note)
  holder = token
end
if holder == token then
  redis.call('PEXPIRE', lease, leaseMs)
end
return redis.call('EXISTS', interest)
