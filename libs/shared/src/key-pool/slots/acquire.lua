--[[
  Takes one call slot for one job and chooses its model, or says when it is worth asking again.

  Atomic because checking and counting must be one step: any number of workers
  asks at once, and no account may ever be granted more than its limits.
  All times come from Redis's own clock, in ms since the epoch.

  KEYS[1] idle        SORTED SET  see take-slot.lua
  KEYS[2] busy        SORTED SET
  KEYS[3] rotation    HASH    account -> usable key ids, comma-separated, next one first
  KEYS[4] members     HASH    exists while the pool is registered
  KEYS[5] active      LIST    the queue's jobs in hand, see queue-keys.ts

  ARGV[1] account prefix
  ARGV[2] model prefix
  ARGV[3] gateway prefix
  ARGV[4] prefix of the marks of cancelled jobs
  ARGV[5] perMinute   grants in any window, for accounts without a limit of their own
  ARGV[6] perDay      grants in a day, likewise
  ARGV[7] windowMs
  ARGV[8] dayMs
  ARGV[9] guardMs     added to the window, and kept clear before the day's end
  ARGV[10] poolTtlMs   life of the index unless a worker renews it
  ARGV[11] accountTtlMs  life of an account's hash after its last grant
  ARGV[12] usableMs   how long after the grant the call may still be sent
  ARGV[13] 1 when gone and unproven models are looked for, else 0
  ARGV[14] clients     HASH, see keys.ts
  ARGV[15] client prefix
  ARGV[16] job prefix
  ARGV[17] job id
  ARGV[18] the request (JSON), see decide.lua; `refusing` is a list
  ARGV[19] token of the lock under which the asker holds the job; empty: it is not checked
  ARGV[20] lockMs      life of a lock unless it is renewed

  Returns the decision, see decide.lua; or `not-held`: the lock has lapsed, and the job is another worker's or back in line.
]]
--- @include "now"
--- @include "text"
--- @include "./limiter"
--- @include "../models/choose-model"
--- @include "./take-slot"
--- @include "../../budgets/budget"
--- @include "./decide"
local active, jobId, token, lockMs = KEYS[5], ARGV[17], ARGV[19], ARGV[20]
--- @include "../../queue/bullmq/hold-on"
if token ~= '' and not holdOn(jobId, token) then return { 'not-held' } end
local request = cjson.decode(ARGV[18])
request.jobId = jobId
local refusing = {}
for _, account in ipairs(request.refusing or {}) do refusing[account] = true end
request.refusingCount = #(request.refusing or {})
request.refusing = refusing
request.isCancelled = redis.call('EXISTS', cancelledPrefix .. request.jobId) == 1
return decide(request)
