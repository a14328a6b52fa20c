-- Lua's own debug functions, taken before the library is loaded, which busted.lua sees to: they show the
-- library's hook, and what they set is set behind its back.
return { gethook = debug.gethook, sethook = debug.sethook }
