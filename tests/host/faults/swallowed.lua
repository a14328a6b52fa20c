-- A go block whose error is told to nobody.
local async = require "async"
local oom = require "spec.support.oom"

return {
  setup = function()
    local state = { heard = oom.listen(), ran = false }
    oom.warm()
    async.on_error(function() end)
    state.block = function() state.ran = { "something new" } end
    return state
  end,
  task = function(state)
    async.go(state.block)
  end,
  check = function(state, ok, _, said)
    assert(not ok or state.ran or oom.told(state.heard, said) > 0, "nothing happened and nobody was told")
  end,
}
