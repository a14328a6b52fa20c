-- Lua's own debug functions, taken before the library is loaded, which busted.lua sees to: they show the
-- library's hook, and what they set is set behind its back.
local raw = { gethook = debug.gethook, sethook = debug.sethook }

--- What debug.sethook and gethook say of wrong arguments.
function raw.errors()
  local list = {}
  for i, args in ipairs { { 5 }, { print }, { print, {} }, { print, "l", "x" } } do
    list[i] = select(2, pcall(function() debug.sethook(args[1], args[2], args[3]) end))
  end
  return list
end

raw.said = raw.errors()

return raw
