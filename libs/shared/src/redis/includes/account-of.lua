-- The account that a key belongs to. `moved` lists the keys whose account is not `name`.
local function accountOf(moved, keyId, name) return redis.call('HGET', moved, keyId) or name end
