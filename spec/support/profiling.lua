-- For specs of LuaJIT's profiler: scripts that see its timer and signal from outside of the library.
local more = require "spec.support.more"

-- The profiling timer and signal of this process, seen from outside of the library.
local prelude = [[
  local async = require "async"
  local ffi = require "ffi"
  ffi.cdef "struct interval { long v[4]; }; int getitimer(int, struct interval *); int raise(int);"
  local function timer_runs()
    local t = ffi.new "struct interval"
    ffi.C.getitimer(2, t)
    return t.v[0] ~= 0 or t.v[1] ~= 0
  end
  local function busy(seconds, done)
    local limit, n = os.clock() + seconds, 0
    while not (done and done()) and os.clock() < limit do
      for i = 1, 1000 do n = n + i % 7 end
    end
    return n
  end
  local function pending(ms)
    local state = {}
    async.take_async(async.timeout(ms), function() state.fired = true end)
    return state, function() return state.fired end
  end
]]

local profiling = { prelude = prelude }

--- A test that runs a script in a process of its own.
function profiling.script(code)
  return function() more.expect_ok(prelude .. code .. "\nprint 'ok'") end
end

return profiling
