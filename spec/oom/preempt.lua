-- Go blocks that compute for long are suspended while memory is short: for want of
-- room in the queue a turn is longer, but none ends early, and nothing is lost.
local async = require "async"
local host = require "host"
local oom = require "spec.support.oom"

-- More than the queue has room for at first.
local N, ROUNDS = 70, 4

local function compute(state, i)
  for _ = 1, ROUNDS do
    host.pass(2)
    for _ = 1, 1500 do state.sum[i] = state.sum[i] + 1 end
  end
end

return {
  setup = function()
    local state = { heard = oom.listen(), gate = async.chan(), blocks = {}, sum = oom.fill(N, 0) }
    async.preempt(1)
    for i = 1, N do
      state.blocks[i] = async.go(function()
        async.park_take(state.gate)
        compute(state, i)
        return true
      end)
    end
    oom.warm()
    return state
  end,

  task = function(state)
    pcall(async.close, state.gate)
    for _ = 1, 3 * N do pcall(async.step, N) end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.close(state.gate)
    async.run()
    local died = 0
    for i = 1, N do
      assert(async.is_closed(state.blocks[i]), "go block " .. i .. " never ends")
      if async.try_take(state.blocks[i]) == nil then
        died = died + 1
      else
        assert(state.sum[i] == 1500 * ROUNDS, ("go block %d: %d"):format(i, state.sum[i]))
      end
    end
    assert(died <= oom.told(state.heard, said), died .. " blocks died and nobody was told")
    state.sum[1] = 0
    local last = async.go(compute, state, 1)
    assert(state.sum[1] < 1500 * ROUNDS, "none is suspended any more")
    async.block_take(last)
    assert(state.sum[1] == 1500 * ROUNDS)
    async.preempt(nil)
    state.blocks, state.gate = nil, nil
    oom.rested()
  end,
}
