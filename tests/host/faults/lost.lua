-- A put that says yes although its value is gone.
local async = require "async"
local oom = require "spec.support.oom"

return {
  setup = function()
    local state = { chan = async.chan(10), accepted = oom.fill(10, false) }
    oom.warm()
    return state
  end,
  task = function(state)
    for i = 1, 10 do
      pcall(async.put_async, state.chan, i)
      state.accepted[i] = true
    end
  end,
  check = function(state)
    oom.same(oom.drain(state.chan), { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, "values")
  end,
}
