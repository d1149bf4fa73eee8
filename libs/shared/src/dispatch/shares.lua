-- Fair shares, see tags.lua. Needs it, leave-line.lua and `sharesPrefix`.

-- The tag of a job in line; nil when it has none: returning jobs are ahead of all turns, see
-- priorities.ts.
local function tagOf(job, priority)
  if not job.score or priority % 10 ~= 0 then return nil end
  -- A job that was moved to the front, see move-to-front.lua.
  if job.score < 2 then return (job.score - 1) * PRIORITY end
  local tag = job.score - priority * PRIORITY
  return tag >= 0 and tag < PRIORITY and tag or nil
end

-- Records that a job of a client was taken for the first time: the time of its priority moves on.
local function countTurn(job, share)
  local priority = tonumber(job.fields.priority)
  local tag = tagOf(job, priority)
  if not tag then return end
  local shares = sharesPrefix .. text(priority)
  local now, weights, phase = unpack(redis.call('HMGET', shares, 'now', 'weights', 'phase:' .. share.client))
  local turn = 1 / share.weight
  local begin = tag - tonumber(phase or 1) * turn
  now = math.max(tonumber(now or 0), begin) + 1 / math.max(tonumber(weights or 0), share.weight)
  redis.call('HSET', shares, 'now', exactly(now), 'client:' .. share.client, exactly(begin + turn))
  -- Jobs ahead of it in the client's own line were removed.
  redis.call('ZREMRANGEBYSCORE', shares .. ':' .. share.client, '-inf', '(' .. exactly(tag))
end
