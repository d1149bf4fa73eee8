--[[
  Appends ended requests to their list, and removes the oldest ones. The ids of entries are the times
  of writing: where that is late, as after an outage, the longest delay is kept as well, by which
  readers know how far to search for what ended in a range of time.

  Atomic so that the list can never be left without a bound and an expiry, or late entries without the delay.

  KEYS[1] ended  STREAM  one entry a request: `request` (JSON)
  KEYS[2] delay  STRING  longest delay of an entry, in ms
  ARGV[1] most      entries that are kept, approximately
  ARGV[2] keptMs    how long they are kept
  ARGV[3] oldest    when the first of these requests ended (epoch ms)
  ARGV[4] usualMs   shorter delays are not kept
  ARGV[5...] records (JSON)

  Returns nothing.
]]
--- @include "now"
--- @include "text"
local ended, delay = KEYS[1], KEYS[2]
local most, keptMs, oldest, usualMs = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
for i = 5, #ARGV do redis.call('XADD', ended, '*', 'request', ARGV[i]) end
redis.call('XTRIM', ended, 'MAXLEN', '~', most)
redis.call('XTRIM', ended, 'MINID', '~', text(readNow() - keptMs))
redis.call('PEXPIRE', ended, text(keptMs))

local delayMs = readNow() - oldest
if delayMs > usualMs then
  local longest = tonumber(redis.call('GET', delay) or 0)
  redis.call('SET', delay, text(math.max(longest, delayMs)), 'PX', text(keptMs))
end
