-- Writes a whole number: Lua itself turns large ones into 1.7e+12.
local function text(number) return string.format('%.0f', number) end
