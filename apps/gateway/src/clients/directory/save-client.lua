--[[
  Creates, replaces or removes a client, and tells all gateways.

  Atomic so that no two clients get one name, no change overwrites another, and versions are in the
  order of the changes. Nothing expires: a client stays until an operator removes it, and the
  version stays for ever, so that a pool whose clients were removed does not become open to
  everybody.

  KEYS[1] clients  HASH    from id to record
  KEYS[2] names    HASH    from name in lower case to id
  KEYS[3] version  STRING  counts changes
  KEYS[4] news     pub/sub channel
  KEYS[5] clientsDue  SORTED SET  see keys.ts
  KEYS[6] marker      SORTED SET  see wake-for-client.ts
  ARGV[1] id
  ARGV[2] before      record (JSON); empty: there is none
  ARGV[3] after       record (JSON); empty: it is removed
  ARGV[4] nameBefore  in lower case; empty: there is none
  ARGV[5] nameAfter   in lower case; empty: there is none
  ARGV[6] mostClients

  Returns the new version, or why nothing was done: 'changed' (it is not `before` any more),
  'name-taken', 'full'.
]]
local clients, names, version, news, clientsDue, marker = unpack(KEYS)
local id, before, after, nameBefore, nameAfter = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local mostClients = tonumber(ARGV[6])

if (redis.call('HGET', clients, id) or '') ~= before then
  return 'changed'
end
if before == '' and redis.call('HLEN', clients) >= mostClients then
  return 'full'
end
if nameAfter ~= '' then
  local holder = redis.call('HGET', names, nameAfter)
  if holder and holder ~= id then
    return 'name-taken'
  end
end
if nameBefore ~= '' then
  redis.call('HDEL', names, nameBefore)
end
if after == '' then
  redis.call('HDEL', clients, id)
else
  redis.call('HSET', clients, id, after)
  redis.call('HSET', names, nameAfter, id)
end
local number = redis.call('INCR', version)
-- A limit may have changed: workers check the requests that wait for it.
if redis.call('ZADD', clientsDue, 'XX', 'CH', 0, id) == 1 then redis.call('ZADD', marker, 0, '0') end
redis.call('PUBLISH', news, number .. ' ' .. id .. ' ' .. after)
return number
