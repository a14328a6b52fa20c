-- The queue of tasks grows twice while tasks without a value are in it, and is
-- used all round afterwards: every task that was accepted runs once, in order.
local async = require "async"
local oom = require "spec.support.oom"

local ENDED, N = 200, 150

return {
  setup = function()
    local state = { heard = oom.listen(), chans = {}, logs = {}, cbs = {}, close = oom.log(1) }
    state.ended, state.nils = async.chan(), oom.callbacks(ENDED)
    for i = 1, ENDED do async.take_async(state.ended, state.nils[i]) end
    for i = 1, N do
      state.chans[i] = async.chan(1)
      async.put_async(state.chans[i], i)
    end
    for round = 1, 3 do state.logs[round], state.cbs[round] = oom.log(N), oom.callbacks(N) end
    oom.warm()
    return state
  end,

  task = function(state)
    oom.try(state.close, 1, async.close, state.ended)
    for round = 1, 3 do
      for i = 1, N do
        oom.try(state.logs[round], i, async.take_async, state.chans[i], state.cbs[round][i], false)
      end
      pcall(async.step, 1000)
      for i = 1, N do
        pcall(async.try_put, state.chans[i], i)
      end
    end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    if not oom.outcome(state.close, 1) then async.close(state.ended) end
    -- A take that found nothing, after a put that failed, waits for this.
    for i = 1, N do async.close(state.chans[i]) end
    async.run()
    local failed = 0
    for i = 1, ENDED do
      assert(state.nils.calls[i] <= 1 and not state.nils.got[i], "taker " .. i)
      failed = failed + 1 - state.nils.calls[i]
    end
    for round = 1, 3 do
      local log, cb = state.logs[round], state.cbs[round]
      for i = 1, N do
        local accepted = oom.outcome(log, i) and 1 or 0
        assert(cb.calls[i] <= accepted, ("round %d: callback %d called %d times"):format(round, i, cb.calls[i]))
        assert(cb.calls[i] == 0 or cb.got[i] == i or cb.got[i] == nil)
        failed = failed + accepted - cb.calls[i]
      end
    end
    local told = oom.told(state.heard, said)
    assert(failed <= told, ("%d tasks did not run, %d errors were told"):format(failed, told))
    oom.rested()
  end,
}
