--[[
  Records that a model is gone, for some time; then one call finds out whether it is back.

  Atomic because several calls may find out at once, and they must count as one: only the first one
  after the model was called again makes the next time longer.

  KEYS[1] gone        STRING  exists while the model counts as gone
  KEYS[2] goneModels  HASH    model -> {since, until, message, step} (JSON), for observability
  KEYS[3] proof       STRING
  ARGV[1] model
  ARGV[2] message     OpenRouter's message
  ARGV[3] firstMs     how long it counts as gone the first time; doubled each time in a row
  ARGV[4] longestMs
  ARGV[5] rememberedMs  life of the hash

  Returns the hash's value for the model, and 1 when this was unknown before, else 0.
]]
--- @include "now"
local gone, goneModels, proof = KEYS[1], KEYS[2], KEYS[3]
local model, message, firstMs, longestMs, rememberedMs = unpack(ARGV)
firstMs, longestMs = tonumber(firstMs), tonumber(longestMs)

local known = redis.call('HGET', goneModels, model)
if known and redis.call('EXISTS', gone) == 1 then return { known, 0 } end
local before = known and cjson.decode(known) or nil
local step = before and before.step + 1 or 1
local now = readNow()
local durationMs = math.min(firstMs * 2 ^ (step - 1), longestMs)
local state = cjson.encode({
  since = before and before.since or now, ['until'] = now + durationMs, message = message, step = step,
})
redis.call('SET', gone, '1', 'PX', durationMs)
redis.call('DEL', proof)
redis.call('HSET', goneModels, model, state)
redis.call('PEXPIRE', goneModels, rememberedMs)
return { state, 1 }
