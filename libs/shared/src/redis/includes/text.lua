local texts = {}

-- Writes a whole number: Lua itself turns large ones into 1.7e+12. Most are written several times.
local function text(number)
  local known = texts[number]
  if not known then
    known = string.format('%.0f', number)
    texts[number] = known
  end
  return known
end
