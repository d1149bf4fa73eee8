--[[
  Records that nobody needs a key, if there is no client with one.

  Atomic so that a client that is created at the same time is not overlooked.

  KEYS[1] clients  HASH    from id to record
  KEYS[2] version  STRING  counts changes; 0: nobody needs a key
  KEYS[3] news     pub/sub channel

  Returns 1, or 0 when there are clients.
]]
local clients, version, news = KEYS[1], KEYS[2], KEYS[3]

if redis.call('HLEN', clients) > 0 then
  return 0
end
redis.call('SET', version, 0)
redis.call('PUBLISH', news, '0  ')
return 1
