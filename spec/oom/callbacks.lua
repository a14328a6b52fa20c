-- Callbacks that are queued, and run while memory is short: each one that was
-- accepted runs once and in its order; one that could not be started or that
-- fails itself is reported.
local async = require "async"
local oom = require "spec.support.oom"

local N = 100

return {
  setup = function()
    local state = { heard = oom.listen(), log = oom.log(N), cb = oom.callbacks(N) }
    state.chans, state.kept = {}, oom.fill(N, false)
    for i = 1, N do
      state.chans[i] = async.chan(1)
      async.put_async(state.chans[i], i)
    end
    -- Every tenth needs memory itself.
    for i = 10, N, 10 do
      local note = state.cb[i]
      state.cb[i] = function(v)
        note(v)
        state.kept[i] = { v }
      end
    end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      oom.try(state.log, i, async.take_async, state.chans[i], state.cb[i], false)
    end
    pcall(async.step, N)
    pcall(async.step, N)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local order, got, failed = {}, {}, 0
    for i = 1, N do
      if oom.outcome(state.log, i) then
        assert(async.try_take(state.chans[i]) == nil, "taken twice: " .. i)
        if state.cb.calls[i] == 0 then
          failed = failed + 1
        else
          order[#order + 1] = i
          assert(state.cb.calls[i] == 1 and state.cb.got[i] == i)
        end
        if i % 10 == 0 and state.cb.calls[i] == 1 and not state.kept[i] then failed = failed + 1 end
      else
        assert(state.cb.calls[i] == 0)
        assert(async.try_take(state.chans[i]) == i, "a take raised, and its value is gone: " .. i)
      end
    end
    for k = 1, state.cb.total do got[k] = state.cb.order[k] end
    oom.same(got, order, "order of the callbacks")
    local told = oom.told(state.heard, said)
    assert(failed <= told, ("%d callbacks failed and %d were reported"):format(failed, told))
    oom.rested()
  end,
}
