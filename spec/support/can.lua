-- What the running Lua can do, by name. A test that needs one of these asks here, so that the tests
-- of the Luas differ by this list and nothing else; the README publishes what it means for programs.
local can = {}

--- A coroutine can yield below pcall, a metamethod and an iterator (not on 5.1).
can.yield_anywhere = coroutine.wrap(function() return pcall(coroutine.yield, "yielded") end)() == "yielded"

--- A hook runs tasks while the program computes. LuaJIT's compiled code calls none.
can.hook = not rawget(_G, "jit")

--- An alarm can do it (Linux).
can.alarm = can.hook and io.open("/proc/self/stat") ~= nil

--- The collector can go by generations.
can.generations = pcall(collectgarbage, "incremental") and _VERSION ~= "Lua 5.1"

--- Suspended coroutines can be closed, and variables too (5.4 and later).
can.close = coroutine.close ~= nil

--- The stack as debug.getinfo shows it has no levels for functions that left by a tail call (5.1 has).
can.forget_tail_calls = coroutine.wrap(function(n)
  local function down(k)
    if k == 0 then return debug.getinfo(20, "l") end
    return down(k - 1)
  end
  return down(n) == nil
end)(100)

--- What arrives as the value of an error that has none: nil, but on 5.5 a text.
can.no_value = select(2, pcall(error))

local function dive(n)
  if n > 0 then return 1 + dive(n - 1) end
  return 0
end

--- How deep functions can call each other, up to 100,000: 5.1 and LuaJIT stop earlier. Tried on a
--- stack of its own, since the collector is slow with a stack that was so deep.
local deep = coroutine.create(dive)
can.depth = coroutine.resume(deep, 100200) and 100000 or 15000

return can
