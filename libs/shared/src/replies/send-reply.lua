--[[
  Puts one reply on a gateway's stream, and lets the stream die some time after its last entry:
  a gateway that was killed leaves no garbage.

  Atomic so that a stream can never be left without an expiry.

  KEYS[1] replies  STREAM
  ARGV[1] job id
  ARGV[2] head     JSON
  ARGV[3] body     bytes
  ARGV[4] ttlMs

  Returns the entry's id.
]]
local id = redis.call('XADD', KEYS[1], '*', 'job', ARGV[1], 'head', ARGV[2], 'body', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return id
