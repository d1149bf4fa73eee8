--[[
  Takes the next jobs off the queue that may be called now, each with its slot, in one step. While
  no slot is free, the line stays as it is. Jobs whose client has spent its budget leave the line
  until it has room again.

  A job whose request is not known here (it came from an older gateway, or has been answered) is
  taken without a decision, as the last one: its worker asks for it alone. A job is marked as BullMQ
  marks active jobs.

  KEYS[1] idle        SORTED SET  the limiter's keys, see acquire.lua
  KEYS[2] busy        SORTED SET
  KEYS[3] rotation    HASH
  KEYS[4] members     HASH
  KEYS[5] wait         LIST        the queue's keys, see queue-keys.ts
  KEYS[6] prioritized  SORTED SET
  KEYS[7] delayed      SORTED SET
  KEYS[8] marker       SORTED SET
  KEYS[9] active       LIST
  KEYS[10] meta        HASH
  KEYS[11] pc          STRING
  KEYS[12] clientsDue  SORTED SET  see held-jobs.lua
  KEYS[13] orders      LIST        see keys.ts
  KEYS[14] order       HASH        this worker's

  ARGV[1] account prefix   the first 16 are the limiter's, see acquire.lua
  ARGV[17] most jobs
  ARGV[18] first part of the tokens of their locks
  ARGV[19] number that follows it in the first of them
  ARGV[20] lockMs
  ARGV[21] accounts that refuse a model (JSON): lists by model
  ARGV[22] shares prefix
  ARGV[23] clients with enough jobs at this worker (JSON): a list. While others wait their jobs are
  skipped.
  ARGV[24] 1 when the pool was registered just now: a pool that is unknown then has no keys; else 0
  ARGV[25] worker id
  ARGV[26] how many jobs the worker takes at most, now and by its order; 0: it leaves none
  ARGV[27] ms for which its order stands
  ARGV[28] 1 when an earlier order of the worker may stand, or jobs may have been pushed that it has not got; else 0
  ARGV[29] how many jobs were pushed to the worker, as far as it knows: Redis may have forgotten

  Returns {now, jobs in line, ms until a delayed one is due, ms until a slot is free, 1 when the worker's order stands,
  else 0, how many jobs were pushed to the worker by all of its orders (-1: not looked up), the jobs that were taken};
  see take.lua. Or 'closed', or 'unregistered'.
]]
--- @include "now"
--- @include "text"
local now = readNow()
--- @include "./take"
--- @include "./leave-order"
local taken = take(KEYS, ARGV)
if not taken.jobs then return taken.state end
local stands, pushed = leaveOrder(taken)
return { text(now), taken.waiting, taken.dueMs, taken.slotMs, stands, pushed, unpack(taken.jobs) }
