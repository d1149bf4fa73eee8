--[[
  Adds what one process counted to a hash that all processes share.

  Atomic so that a hash can never be left without an expiry, and counts are added once.

  KEYS[1] counts   HASH    count by name
  KEYS[2] written  STRING  see written.lua
  ARGV[1] number   of these counts, likewise
  ARGV[2] ttlMs
  ARGV[3...] pairs of name and count

  Returns nothing.
]]
--- @include "written"
--- @include "./add-counts"
if isWritten(KEYS[2], ARGV[1]) then return end
addCounts(KEYS[1], ARGV[2], 3)
recordWritten(KEYS[2], ARGV[1])
