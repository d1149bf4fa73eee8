--[[
  Tells the worker that relays a stream how much of it the client has taken.

  Atomic so that a worker that misses the message finds the stored figure.

  KEYS[1] taken    STRING  bytes taken so far
  KEYS[2] channel  pub/sub channel of the worker
  ARGV[1] job id
  ARGV[2] bytes
  ARGV[3] ttlMs

  Returns nothing.
]]
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return redis.call('PUBLISH', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
