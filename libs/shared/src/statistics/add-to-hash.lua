--[[
  Adds what one process counted to a hash that all processes share.

  Atomic so that a hash can never be left without an expiry.

  KEYS[1] counts  HASH  count by name
  ARGV[1] ttlMs
  ARGV[2...] pairs of name and count

  Returns nothing.
]]
--- @include "./add-counts"
addCounts(KEYS[1], ARGV[1], 2)
