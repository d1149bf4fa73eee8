-- Puts one reply on a gateway's stream and pushes it to the gateway; a long one is only announced. Needs `longestPushBytes`.
local function pushReply(replies, jobId, head, body, ttlMs)
  local message = redis.call('XADD', replies, '*', 'job', jobId, 'head', head, 'body', body)
  -- The stream of a killed gateway expires.
  redis.call('PEXPIRE', replies, ttlMs)
  if #head + #body <= longestPushBytes then
    message = message .. ' ' .. jobId .. ' ' .. #head .. ' ' .. head .. body
  end
  redis.call('PUBLISH', replies, message)
end
