--[[
  Makes a gateway the leader of a background request.

  Atomic because several gateways may find at the same time that it has no leader.

  KEYS[1] open     SORTED SET  requests by creation
  KEYS[2] leaders  HASH        request to gateway
  ARGV[1] id
  ARGV[2] from  the gateway that led it; '' for none
  ARGV[3] to    the gateway that is to lead it; '' for none

  Returns 1, or 0 when it has ended or another gateway has it.
]]
local open, leaders = KEYS[1], KEYS[2]
local id, from, to = ARGV[1], ARGV[2], ARGV[3]

if not redis.call('ZSCORE', open, id) then return 0 end
if (redis.call('HGET', leaders, id) or '') ~= from then return 0 end
if to == '' then redis.call('HDEL', leaders, id) else redis.call('HSET', leaders, id, to) end
return 1
