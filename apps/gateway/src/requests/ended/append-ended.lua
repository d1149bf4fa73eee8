--[[
  Appends ended requests to their list, and removes the oldest ones. The ids of entries are the times
  of writing: where that is late, as after an outage, the longest delay is kept as well, by which
  readers know how far to search for what ended in a range of time.

  Atomic so that the list can never be left without a bound and an expiry, or late entries without the delay, and each
  request is there once.

  KEYS[1] ended  STREAM  one entry a request: `request` (JSON)
  KEYS[2] delay  STRING  longest delay of an entry, in ms
  KEYS[3] written  STRING  see written.lua
  ARGV[1] number    of these records, likewise
  ARGV[2] most      entries that are kept, approximately
  ARGV[3] keptMs    how long they are kept
  ARGV[4] oldest    when the first of these requests ended (epoch ms)
  ARGV[5] usualMs   shorter delays are not kept
  ARGV[6...] records (JSON)

  Returns nothing.
]]
--- @include "now"
--- @include "text"
--- @include "written"
local ended, delay = KEYS[1], KEYS[2]
local most, keptMs, oldest, usualMs = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
if isWritten(KEYS[3], ARGV[1]) then return end
local id
for i = 6, #ARGV do id = redis.call('XADD', ended, '*', 'request', ARGV[i]) end
recordWritten(KEYS[3], ARGV[1])
redis.call('XTRIM', ended, 'MAXLEN', '~', most)
redis.call('XTRIM', ended, 'MINID', '~', text(readNow() - keptMs))
redis.call('PEXPIRE', ended, text(keptMs))

-- Ids never fall: after the clock was set back they go on from the time that it had.
local writtenAt = tonumber(id:match('^%d+'))
local delayMs = writtenAt - oldest
if delayMs > usualMs then
  local longest = tonumber(redis.call('GET', delay) or 0)
  redis.call('SET', delay, text(math.max(longest, delayMs)), 'PX', text(keptMs))
end
