-- The first sleep of the main thread, whose place has to be made: it ends as it
-- should, or raises, and can be tried again.
local async = require "async"
local oom = require "spec.support.oom"

return {
  setup = function()
    local state = { heard = oom.listen(), log = oom.log(1), slept = false }
    oom.warm()
    state.sleep = function()
      local t = async.timeout(5)
      async.block_take(t)
      state.slept = async.is_closed(t)
    end
    return state
  end,

  task = function(state)
    oom.try(state.log, 1, state.sleep)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    assert(state.slept == oom.outcome(state.log, 1))
    assert(oom.told(state.heard, said) == 0)
    assert(async.block_take(async.timeout(1)) == nil)
    oom.rested()
  end,
}
