-- Streams whose life this script has renewed.
local renewed = {}

-- Puts one reply on a gateway's stream and pushes it to the gateway; a long one is only announced. Needs `longestPushBytes`.
local function pushReply(replies, jobId, head, body, ttlMs)
  local message = redis.call('XADD', replies, '*', 'job', jobId, 'head', head, 'body', body)
  -- The stream of a killed gateway expires.
  if not renewed[replies] then renewed[replies] = redis.call('PEXPIRE', replies, ttlMs) end
  if #head + #body <= longestPushBytes then
    message = message .. ' ' .. jobId .. ' ' .. #head .. ' ' .. head .. body
  end
  redis.call('PUBLISH', replies, message)
end
