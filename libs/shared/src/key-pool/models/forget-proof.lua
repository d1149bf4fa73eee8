--[[
  Forgets a call that was to prove a model, unless something else was stored since.

  KEYS[1] proof  STRING  see choose-model.lua
  ARGV[1] what was stored of the call

  Returns 1 when it was forgotten, else 0.
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
