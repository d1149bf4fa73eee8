--[[
  Adds what one process counted to a slice of time that all processes share. Where the counts come
  late, as after an outage, the slice gets a new mark: readers that remember it read it again.

  Atomic so that a slice can never be left without an expiry, or late counts without a mark.

  KEYS[1] counts  HASH        count by name
  KEYS[2] late    SORTED SET  mark by number of a slice to which counts came late: when that was (epoch ms)
  ARGV[1] ttlMs     of the counts and of the mark
  ARGV[2] slice     its number
  ARGV[3] lateFrom  counts that come from then on are late (epoch ms)
  ARGV[4...] pairs of name and count

  Returns nothing.
]]
--- @include "now"
--- @include "text"
--- @include "./add-counts"
local counts, late = KEYS[1], KEYS[2]
local ttlMs, slice, lateFrom = ARGV[1], ARGV[2], ARGV[3]

addCounts(counts, ttlMs, 4)
local now = readNow()
if now < tonumber(lateFrom) then return end
-- No two marks of a slice are equal, even where both come in one millisecond.
local lastMark = tonumber(redis.call('ZSCORE', late, slice) or 0)
redis.call('ZADD', late, text(math.max(now, lastMark + 1)), slice)
redis.call('ZREMRANGEBYSCORE', late, '-inf', text(now - ttlMs))
redis.call('PEXPIRE', late, ttlMs)
