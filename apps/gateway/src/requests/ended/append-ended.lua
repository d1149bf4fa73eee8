--[[
  Appends ended requests to their list, and removes the oldest ones.

  Atomic so that the list can never be left without a bound and an expiry.

  KEYS[1] ended  STREAM  one entry a request: `request` (JSON)
  ARGV[1] most     entries that are kept, approximately
  ARGV[2] keptMs   how long they are kept
  ARGV[3...] records (JSON)

  Returns nothing.
]]
--- @include "now"
--- @include "text"
local ended, most, keptMs = KEYS[1], ARGV[1], tonumber(ARGV[2])
for i = 3, #ARGV do redis.call('XADD', ended, '*', 'request', ARGV[i]) end
redis.call('XTRIM', ended, 'MAXLEN', '~', most)
redis.call('XTRIM', ended, 'MINID', '~', text(readNow() - keptMs))
redis.call('PEXPIRE', ended, text(keptMs))
