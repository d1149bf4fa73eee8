--[[
  Sends the last replies of requests and finishes their jobs, in one step: no worker that is lost in
  between leaves an answered request to be called again.

  A job that another worker holds by now is left to it, and marked so that it is not called again:
  its client has its answer.

  KEYS[1] active      LIST         the queue's keys, see queue-keys.ts
  KEYS[2] stalled     SET
  KEYS[3] completed   SORTED SET
  KEYS[4] failed      SORTED SET
  KEYS[5] clientsDue  SORTED SET   see keys.ts
  KEYS[6] marker      SORTED SET
  KEYS[7] meta        HASH
  KEYS[8...] three for each job: its gateway's stream of replies, its hash, the body of a large request

  ARGV[1] job prefix
  ARGV[2] prefix of the marks of cancelled jobs
  ARGV[3] ttlMs            life of a stream after its last reply
  ARGV[4] longestPushBytes longer replies are not pushed
  ARGV[5] markMs           how long a job that is not ours is kept from being called
  ARGV[6] client prefix    see keys.ts
  ARGV[7...] ten for each job: id, token of its lock, head (JSON) and body of the reply (no reply: empty),
    data (JSON) in place of the job's (empty: it stays), failure (empty: it did not fail), attempts made,
    how many finished jobs are kept and for how many ms (-1: without a bound), client (empty: none)

  Returns 1 for each job that the worker still held, else 0.
]]
--- @include "now"
--- @include "text"
local now = readNow()
local active, stalled, completed, failed, clientsDue, marker, meta = unpack(KEYS, 1, 7)
local jobPrefix, cancelledPrefix, ttlMs, markMs = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local longestPushBytes, clientPrefix = tonumber(ARGV[4]), ARGV[6]
--- @include "./push-reply"
--- @include "../queue/bullmq/update-job"
--- @include "../queue/bullmq/finish-job"
--- @include "../queue/bullmq/wake-idle-worker"
--- @include "../queue/bullmq/room"
--- @include "../budgets/check-client"
--- @include "../budgets/leave-client"

local ours, trims = {}, {}
for i = 8, #KEYS, 3 do
  local replies, job, requestBody = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local at = 7 + 10 * (i - 8) / 3
  local jobId, token, head, body, data, failure, attemptsMade, most, ageMs, client = unpack(ARGV, at, at + 9)
  if head ~= '' then pushReply(replies, jobId, head, body, ttlMs) end

  if not leaveHand(jobId, token, requestBody) then
    updateJob(job, '', data)
    redis.call('SET', cancelledPrefix .. jobId, '1', 'PX', markMs)
    ours[#ours + 1] = 0
  else
    ours[#ours + 1] = 1
    if client ~= '' then leaveClient(client, jobId) end
    if most == '0' then
      dropFinished(jobId)
    else
      local set = failure == '' and completed or failed
      if failure == '' then
        keepFinished(jobId, set, 'returnvalue', 'null', attemptsMade, data)
      else
        keepFinished(jobId, set, 'failedReason', failure, attemptsMade, data)
      end
      trims[set] = { tonumber(most), tonumber(ageMs) }
    end
  end
end
storeFinished()
if #released > 0 and hasBound() then wakeIdleWorker() end
for set, trim in pairs(trims) do trimFinished(set, unpack(trim)) end
removeFinished()
return ours
