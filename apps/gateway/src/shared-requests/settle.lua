--[[
  Ends a shared request: with an answer for its followers (and for later callers, if it is to be
  kept), or without one, so that a follower takes the lead.

  Atomic so that there always is a lease or the answer, and no answer replaces an earlier one.

  KEYS[1] lease    HASH
  KEYS[2] answer   HASH
  KEYS[3] interest   STRING  exists while another process follows
  KEYS[4] news     pub/sub channel that tells followers which shared requests have ended
  ARGV[1] key      of the shared request, as followers know it
  ARGV[2] token
  ARGV[3] note
  ARGV[4] head     JSON; empty: there is no answer
  ARGV[5] body     bytes
  ARGV[6] keepMs   how long later callers get the answer; 0: not at all
  ARGV[7] handoverMs  how long followers can fetch it

  Returns 1, or 0 when another process leads or has answered.
]]
local lease, answer, interest, news = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local key, token, note, head, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local keepMs, handoverMs = tonumber(ARGV[6]), tonumber(ARGV[7])

local holder = redis.call('HGET', lease, 'token')
if holder and holder ~= token then
  return 0
end
if redis.call('HGET', answer, 'kept') == '1' then
  redis.call('DEL', lease)
  return 0
end
redis.call('DEL', lease)
local hasInterest = redis.call('DEL', interest) == 1
if head ~= '' and (keepMs > 0 or hasInterest) then
  local kept = keepMs > 0 and '1' or '0'
  redis.call('HSET', answer, 'token', token, 'note', note, 'head', head, 'body', body, 'kept', kept)
  redis.call('PEXPIRE', answer, keepMs > 0 and keepMs or handoverMs)
end
if hasInterest then
  redis.call('PUBLISH', news, key)
end
return 1
