-- Adds counts to a hash, and puts off its expiry. ARGV from `pairsFrom` on are names and counts in turn.
local function addCounts(hash, ttlMs, pairsFrom)
  for i = pairsFrom, #ARGV, 2 do redis.call('HINCRBY', hash, ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', hash, ttlMs)
end
