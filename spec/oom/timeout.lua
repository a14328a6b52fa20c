-- Timeouts that are made while memory is short, and one that is due and has
-- more takers than there is room for in the queue.
local async = require "async"
local oom = require "spec.support.oom"

local N, MADE = 100, 10

return {
  setup = function()
    local state = { heard = oom.listen(), cb = oom.callbacks(N), made = oom.log(MADE), waits = oom.log(MADE) }
    state.told = oom.callbacks(MADE)
    -- Due at once.
    local due = async.timeout(0)
    for i = 1, N do async.take_async(due, state.cb[i]) end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, MADE do
      oom.try(state.made, i, async.timeout, i % 2 * 40 + 1)
      if state.made.ok[i] then
        oom.try(state.waits, i, async.take_async, state.made.result[i], state.told[i])
      end
    end
    pcall(async.step, 2 * N)
    pcall(async.step, 2 * N)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local failed = 0
    for i = 1, N do
      assert(state.cb.calls[i] <= 1)
      if state.cb.calls[i] == 0 then failed = failed + 1 end
    end
    local told = oom.told(state.heard, said)
    assert(failed <= told, ("%d takers of a timeout were never called, errors told: %d"):format(failed, told))
    for i = 1, MADE do
      if oom.outcome(state.made, i) then
        assert(async.is_closed(state.made.result[i]), "a timeout that never closes")
        local waits = oom.outcome(state.waits, i)
        assert(state.told.calls[i] == (waits and 1 or 0), "taker of timeout " .. i)
      end
    end
    local t = async.timeout(1)
    assert(async.block_take(t) == nil and async.is_closed(t))
    oom.rested()
  end,
}
