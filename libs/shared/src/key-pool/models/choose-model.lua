--[[
  Chooses the model of a request. Needs `modelPrefix`, `checksModels`, `now` and `text`.

  It is the first candidate that neither cools down nor is gone. A model without recent calls is
  unproven: a single call of it goes out, and the others wait for its result. After HOLD_MS a second
  call goes out, after HOLD_MS more all do: a 404 comes sooner. A model that is doubted because it
  failed repeatedly gets one call every HOLD_MS until it answers.

  Three strings hold the state of a model, behind its name:
    :cooldown  exists while it cools down
    :gone      exists while it counts as gone
    :proof     `proven`, or which call was sent last to prove it and when, ms since the epoch:
               `first 17…`, `second 17…`, `doubted 17…`
]]
local HOLD_MS = 2000
-- After this long without a result, a model is unproven anew.
local ASKED_TTL_MS = 60000
local DOUBTED_TTL_MS = 600000
local NEXT_PROVER = { first = 'second', doubted = 'doubted' }

-- A script may decide on many requests for the same model.
local knownModels = {}

local function readModel(model)
  local known = knownModels[model]
  if known then return known end
  local key = modelPrefix .. model
  local cooldown, gone, proof = unpack(redis.call('MGET', key .. ':cooldown', key .. ':gone', key .. ':proof'))
  known = { coolingMs = cooldown and redis.call('PTTL', key .. ':cooldown') or 0, isGone = gone, proof = proof }
  knownModels[model] = known
  return known
end

-- Which call of a model may go out now: nil and how long it is held; or false, or the name of the
-- call that proves it.
local function findProver(proof)
  if proof == 'proven' then return false end
  local last, askedAt = (proof or ''):match('^(%a+) (%d+)$')
  local heldMs = askedAt and tonumber(askedAt) + HOLD_MS - now or 0
  -- The clock may have been set back.
  if heldMs > 0 and heldMs <= HOLD_MS then return nil, heldMs end
  if last == 'second' then return false end
  return NEXT_PROVER[last] or 'first'
end

-- Returns the number of the model and the name of the call that proves it, if any; or nil and the
-- decision to return.
local function chooseModel(models)
  local coolingMs, held
  for i, model in ipairs(models) do
    local known = readModel(model)
    if known.coolingMs > 0 then
      coolingMs = math.min(coolingMs or known.coolingMs, known.coolingMs)
    elseif not checksModels then
      return i, false
    elseif not known.isGone then
      local prover, heldMs = findProver(known.proof)
      if prover == nil then
        held = held or { 'model-unproven', math.ceil(heldMs) }
        held[#held + 1] = i
      elseif not (held and prover) then
        -- While a better model is held, only a proven one may take precedence.
        return i, prover
      end
    end
  end
  if held then return nil, held end
  if coolingMs then return nil, { 'model-cooling', coolingMs } end
  return nil, { 'model-gone' }
end

-- Records that a call goes out that is to prove a model. Returns what is stored of it.
local function recordProver(model, prover)
  local ttlMs = prover == 'doubted' and DOUBTED_TTL_MS or ASKED_TTL_MS
  local proof = prover .. ' ' .. text(now)
  redis.call('SET', modelPrefix .. model .. ':proof', proof, 'PX', ttlMs)
  knownModels[model].proof = proof
  return proof
end
