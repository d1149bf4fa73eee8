-- Once nothing is in line the order of arrival restarts, and no client is owed anything. Needs `pc` and `sharesPrefix`.
local leftOfLine = { pc, sharesPrefix .. '10', sharesPrefix .. '20', sharesPrefix .. '30' }

local function forgetLine() redis.call('UNLINK', unpack(leftOfLine)) end
