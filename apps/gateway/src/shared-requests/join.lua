--[[
  Finds the state of a shared request: answered, under way elsewhere, or to be led by the caller.

  Atomic so that of many callers exactly one leads, and none follows a leader that has just ended.

  KEYS[1] lease    HASH    token and note of the leader; expires when the leader does not renew it
  KEYS[2] answer   HASH    token, note, head, body, kept
  KEYS[3] interest   STRING  exists while another process follows
  ARGV[1] token    of the caller, should it lead; of its leader, when it asks again
  ARGV[2] note
  ARGV[3] leaseMs
  ARGV[4] interestMs
  ARGV[5] '1': the caller follows `token` already, and cannot lead

  Returns {'answered', note, head, body}, {'leading'}, {'following', note, token} or {'leaderless'}.
]]
local lease, answer, interest = KEYS[1], KEYS[2], KEYS[3]
local token, note, leaseMs, interestMs, follows = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'

local answered = redis.call('HMGET', answer, 'token', 'kept')
if answered[1] and (answered[2] == '1' or (follows and answered[1] == token)) then
  local found = redis.call('HMGET', answer, 'note', 'head', 'body')
  return { 'answered', found[1], found[2], found[3] }
end

local held = redis.call('HMGET', lease, 'token', 'note')
if follows and held[1] ~= token then
  return { 'leaderless' }
end
if held[1] then
  redis.call('SET', interest, '1', 'PX', interestMs)
  return { 'following', held[2], held[1] }
end
redis.call('HSET', lease, 'token', token, 'note', note)
redis.call('PEXPIRE', lease, leaseMs)
return { 'leading' }
