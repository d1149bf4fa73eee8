--[[
  Adds what one process counted to a slice of time that all processes share. Where the counts come
  late, as after an outage, the slice gets a new mark: readers that remember it read it again.

  Atomic so that a slice can never be left without an expiry, or late counts without a mark, and that counts are added once.

  KEYS[1] counts  HASH        count by name
  KEYS[2] late    SORTED SET  mark by number of a slice to which counts came late: when that was (epoch ms)
  KEYS[3] written  STRING     see written.lua
  ARGV[1] number    of these counts, likewise
  ARGV[2] ttlMs     of the counts and of the mark
  ARGV[3] slice     its number
  ARGV[4] lateFrom  counts that come from then on are late (epoch ms)
  ARGV[5...] pairs of name and count

  Returns nothing.
]]
--- @include "now"
--- @include "text"
--- @include "written"
--- @include "./add-counts"
local counts, late = KEYS[1], KEYS[2]
local ttlMs, slice, lateFrom = ARGV[2], ARGV[3], ARGV[4]

if isWritten(KEYS[3], ARGV[1]) then return end
addCounts(counts, ttlMs, 5)
recordWritten(KEYS[3], ARGV[1])
local now = readNow()
if now < tonumber(lateFrom) then return end
-- No two marks of a slice are equal, even where both come in one millisecond.
local lastMark = tonumber(redis.call('ZSCORE', late, slice) or 0)
redis.call('ZADD', late, text(math.max(now, lastMark + 1)), slice)
redis.call('ZREMRANGEBYSCORE', late, '-inf', text(now - ttlMs))
redis.call('PEXPIRE', late, ttlMs)
