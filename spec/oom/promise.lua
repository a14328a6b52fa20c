-- A promise that is delivered to more takers than there is room for in the
-- queue: each of them gets it, once, also when the delivery was told that
-- memory is short.
local async = require "async"
local oom = require "spec.support.oom"

local N = 100

return {
  setup = function()
    local state = { chan = async.promise_chan(), cb = oom.callbacks(N), log = oom.log(2) }
    for i = 1, N do async.take_async(state.chan, state.cb[i]) end
    oom.warm()
    return state
  end,

  task = function(state)
    oom.try(state.log, 1, async.put_async, state.chan, "first")
    oom.try(state.log, 2, async.put_async, state.chan, "second")
  end,

  check = function(state, ok, err)
    assert(ok, err)
    local first, second = oom.outcome(state.log, 1), oom.outcome(state.log, 2)
    assert(async.put_async(state.chan, "third") == true)
    async.run()
    local value = async.try_take(state.chan)
    local possible = { first = true, second = not first, third = not first and not second }
    assert(possible[value], "delivered: " .. tostring(value))
    for i = 1, N do
      assert(state.cb.calls[i] == 1, ("taker %d called %d times"):format(i, state.cb.calls[i]))
      assert(state.cb.got[i] == value and state.cb.order[i] == i)
    end
    assert(async.try_take(state.chan) == value)
    oom.rested()
  end,
}
