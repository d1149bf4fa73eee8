--[[
  Keeps an answer, and evicts the least recently used ones until all fit.

  Atomic so that the total always is the sum of the sizes. Entries expire by themselves; their sizes
  are subtracted when the next answer is kept.

  KEYS[1] entry    HASH        head, body
  KEYS[2] uses     SORTED SET  of entries by last use (epoch ms)
  KEYS[3] expiries SORTED SET  of entries by when they expire (epoch ms)
  KEYS[4] sizes    HASH        from entry to its bytes; '' is the total
  ARGV[1] id       of the entry
  ARGV[2] prefix   of the keys of entries; the id follows
  ARGV[3] head     JSON
  ARGV[4] body     bytes
  ARGV[5] size     bytes that count for it
  ARGV[6] ttlMs
  ARGV[7] maxBytes of all entries together

  Returns how many were evicted.
]]
--- @include "now"
local entry, uses, expiries, sizes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, prefix, head, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local size, ttlMs, maxBytes = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local now = readNow()

local function drop(old)
  local bytes = redis.call('HGET', sizes, old)
  redis.call('DEL', prefix .. old)
  redis.call('ZREM', uses, old)
  redis.call('ZREM', expiries, old)
  redis.call('HDEL', sizes, old)
  if bytes then
    redis.call('HINCRBY', sizes, '', -bytes)
  end
end

for _, expired in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, 1000)) do
  drop(expired)
end
drop(id)

local dropped = 0
while tonumber(redis.call('HGET', sizes, '') or '0') + size > maxBytes do
  local oldest = redis.call('ZRANGE', uses, 0, 0)[1]
  if not oldest then
    break
  end
  drop(oldest)
  dropped = dropped + 1
end

redis.call('HSET', entry, 'head', head, 'body', body)
redis.call('PEXPIRE', entry, ttlMs)
redis.call('ZADD', uses, now, id)
redis.call('ZADD', expiries, now + ttlMs, id)
redis.call('HSET', sizes, id, size)
redis.call('HINCRBY', sizes, '', size)
-- They outlive every entry.
for _, index in ipairs({ uses, expiries, sizes }) do
  if redis.call('PTTL', index) < ttlMs then
    redis.call('PEXPIRE', index, ttlMs)
  end
end
return dropped
