-- Loading the native module with too little of Lua's memory: it fails, leaves
-- nothing behind, and can be done again. What Rust itself needs at that moment
-- is a few small blocks for a whole state, and the program has nothing to lose
-- yet; those requests are not made to fail.
local name = "async.core"

return {
  lua_only = true,

  setup = function()
    collectgarbage()
    return { require = require }
  end,

  task = function(state)
    state.require(name)
  end,

  check = function(_, ok, err)
    assert(ok or tostring(err):find("not enough memory", 1, true), err)
    local async = require "async"
    local block = async.go(function() return (async.park_take(async.timeout(0))) or "done" end)
    assert(async.block_take(block) == "done")
  end,
}
