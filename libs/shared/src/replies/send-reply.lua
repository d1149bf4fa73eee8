--[[
  Puts one reply on a gateway's stream, and lets the stream expire some time after its last entry: a
  killed gateway leaves no garbage. A gateway that listens on the channel of the same name gets the
  reply at once; a long one is only announced. With the first event of a streamed answer it also
  records the progress on the job, and with the last reply how the request ended, so that the
  request is not called again.

  Atomic so that a stream always has an expiry, replies are pushed in the order of the stream, and
  no event is sent without the record.

  KEYS[1] replies  STREAM
  KEYS[2] job      HASH    the queue's
  KEYS[3] requestBody STRING  of a large request; deleted when the request has ended
  ARGV[1] job id
  ARGV[2] head     JSON
  ARGV[3] body     bytes
  ARGV[5] progress JSON that replaces the job's progress; empty: unchanged
  ARGV[6] data     JSON that replaces the job's data; empty: unchanged
  ARGV[6] data     JSON, in place of the job's data; empty: leave it as it is
  ARGV[7] longestPushBytes  a longer head and body are not pushed

  Returns nothing.
]]
local replies, job, requestBody = KEYS[1], KEYS[2], KEYS[3]
local jobId, head, body, ttlMs, progress, data = unpack(ARGV)
local longestPushBytes = tonumber(ARGV[7])
--- @include "../queue/bullmq/update-job"
--- @include "./push-reply"

pushReply(replies, jobId, head, body, ttlMs)
updateJob(job, progress, data)
if data ~= '' then redis.call('UNLINK', requestBody) end
return 1
