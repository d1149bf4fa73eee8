--[[
  Decides on a request: the one place with the rules by which a call may go out. Needs
  take-slot.lua, choose-model.lua and budget.lua.

  A request is a table of
    jobId, gatewayId, isCancelled
    share          client whose budget and share it uses (`client`); nil without client keys
    deadline       when its client stops waiting, ms since the epoch of Redis's clock; nil for never
    models         candidates, best one first
    tariffs        one character for each candidate: `f` uses the free quota, `p` is paid for and takes no slot
    refusing       set of the accounts that refuse it, and are skipped
    refusingCount

  Returns
    {'granted', account, key id, receipt (for release-slot.lua; '' when no slot was taken),
      number of the candidate from 1 on, what is stored of the call when it is to prove that the model is there
      (see choose-model.lua), else '', receipt of the client; '' without one}
    {'busy', ms until the next slot, 1 when the deadline comes first, else 0}
    {'client-over', when to check again (ms since the epoch)}  its client has used up its budget for now
    {'waited-out'}      the deadline has passed
    {'model-cooling', ms}   every candidate that is not gone cools down
    {'model-unproven', ms, numbers of candidates…}  a call of each of them is under way that is to prove it; ms until another
      call of the first one may go out
    {'model-gone'}          every candidate is gone
    {'gateway-away', ms until it is worth checking again}
    {'cancelled'} {'orphaned'}
    {'no-other-account'}  all accounts with a usable key are skipped
    {'no-usable-key'}   every key of the pool is retired
    {'unregistered'}    Redis does not know the pool (any more)
]]
-- A gateway without its connection was killed, or it reconnects within this time.
local AWAY_MS = 5000
local LOOK_AGAIN_MS = 1000

local knownGateways = {}

-- The decision when the gateway is not there; false when it is.
local function findAbsence(gatewayId)
  if knownGateways[gatewayId] ~= nil then return knownGateways[gatewayId] end
  local alive = gatewayPrefix .. gatewayId .. ':alive'
  local presence = redis.call('GET', alive)
  local absence = false
  if not presence then
    absence = { 'orphaned' }
  elseif presence == 'present' and
    redis.call('PUBSUB', 'NUMSUB', gatewayPrefix .. gatewayId .. ':presence')[2] == 0 then
    local leftMs = math.min(redis.call('PTTL', alive), AWAY_MS)
    redis.call('PEXPIRE', alive, leftMs)
    absence = { 'gateway-away', math.min(leftMs, LOOK_AGAIN_MS) }
  end
  knownGateways[gatewayId] = absence
  return absence
end

-- The decision when no account has a slot for the request.
local function refuseSlot(request)
  local waitMs = untilOtherSlot(request.refusing, request.refusingCount)
  if waitMs >= 0 then
    local nextMs = math.max(1, waitMs)
    return { 'busy', nextMs, request.deadline and now + nextMs > request.deadline and 1 or 0 }
  end
  if untilSlot() >= 0 then return { 'no-other-account' } end
  if redis.call('EXISTS', members) == 1 then return { 'no-usable-key' } end
  return { 'unregistered' }
end

local function decide(request)
  if request.isCancelled then return { 'cancelled' } end
  local absence = findAbsence(request.gatewayId)
  if absence and absence[1] == 'orphaned' then return absence end
  if request.deadline and now > request.deadline then return { 'waited-out' } end
  if absence then return absence end

  local chosen, prover = chooseModel(request.models)
  if not chosen then return prover end
  local client = request.share and request.share.client
  if client and readClient(client).hasBudget then
    local room, lookAt = readRoom(client, request.jobId)
    if room <= 0 then return { 'client-over', lookAt } end
  end
  local account, keyId, receipt
  if request.tariffs:sub(chosen, chosen) == 'p' then
    account, keyId, receipt = takeKeyOnly(request.refusing, request.refusingCount)
  else
    account, keyId, receipt = takeSlot(request.refusing)
  end
  if not account then return refuseSlot(request) end
  local proof = prover and recordProver(request.models[chosen], prover) or ''
  local clientReceipt = client and countClientCall(client, request.jobId) or ''
  return { 'granted', account, keyId, receipt, chosen, proof, clientReceipt }
end
