-- Pieces that are written once, see outbox.ts: a connection that breaks may send one again. `key` has the number of the
-- last one of its sender.
local SENDER_TTL_MS = 86400000

local function isWritten(key, number) return tonumber(redis.call('GET', key) or 0) >= tonumber(number) end

-- Call it in the end: what Redis refuses is tried again.
local function recordWritten(key, number) redis.call('SET', key, number, 'PX', SENDER_TTL_MS) end
