-- Names the KEYS and ARGV of every script of the limiter: see limiter-call.ts.
local idle, busy, rotation, members = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local accountPrefix, modelPrefix, gatewayPrefix, cancelledPrefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local usualPerMinute, usualPerDay = tonumber(ARGV[5]), tonumber(ARGV[6])
local windowMs, dayMs, guardMs = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local poolTtlMs, accountTtlMs = ARGV[10], ARGV[11]
local usableMs, checksModels = tonumber(ARGV[12]), ARGV[13] == '1'
local clients, clientPrefix, jobPrefix = ARGV[14], ARGV[15], ARGV[16]
local now = readNow()
