--[[
  Adds what one process counted to a slice of time that all processes share.

  Atomic so that a slice can never be left without an expiry.

  KEYS[1] bucket   HASH  count by name
  ARGV[1] ttlMs
  ARGV[2...] pairs of name and count

  Returns nothing.
]]
local bucket, ttlMs = KEYS[1], ARGV[1]
for i = 2, #ARGV, 2 do redis.call('HINCRBY', bucket, ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', bucket, ttlMs)
