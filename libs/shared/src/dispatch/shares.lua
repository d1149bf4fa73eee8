-- Fair shares, see tags.lua. Needs `sharesPrefix`.
local taken = {}

-- A job of a client has left the line.
local function leaveLine(job)
  local line = sharesPrefix .. (job.fields.priority or '') .. ':' .. job.share.client
  redis.call('ZREM', line, job.id)
end

-- Notes that a job of a client was taken for the first time: its tag is the time of its priority now.
local function countTurn(job, fields, share)
  local priority = tonumber(fields.priority)
  -- Those that return stand ahead of all turns, see priorities.ts.
  if priority % 10 ~= 0 then return end
  local tag = job.score and job.score - priority * 0x100000000
  -- One that was moved to the front has no tag any more.
  if not tag or tag < 0 or tag >= 0x100000000 then return end
  local turns = taken[priority] or { now = 0 }
  taken[priority] = turns
  turns.now = math.max(turns.now, tag)
  turns['client:' .. share.client] = tag + 0.5 / share.weight
end

local function recordTurns()
  for priority, turns in pairs(taken) do
    local values = {}
    for name, tag in pairs(turns) do
      values[#values + 1] = name
      values[#values + 1] = string.format('%.17g', tag)
    end
    redis.call('HSET', sharesPrefix .. text(priority), unpack(values))
  end
end
