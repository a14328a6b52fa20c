-- A program computes while tasks are queued and a timeout is due: the hook runs
-- them, as far as memory allows, and the rest comes later. Nothing runs twice.
local async = require "async"
local host = require "host"
local oom = require "spec.support.oom"

local N = 20

-- Computes for a tenth of a second, or until it is done.
local function compute(is_done)
  for _ = 1, 100 do
    host.pass(1)
    for _ = 1, 1000 do
      if is_done() then return end
    end
  end
end

return {
  setup = function()
    local state = { heard = oom.listen(), cb = oom.callbacks(N + 5), blocks = {}, passed = oom.fill(N, 0) }
    for i = 1, N do
      local c = async.chan()
      state.blocks[i] = async.go(function()
        local v = async.park_take(c)
        state.passed[i] = v
        state.kept = { v }
      end)
      async.put_async(c, i, state.cb[i])
    end
    local due = async.timeout(0)
    for i = N + 1, N + 5 do async.take_async(due, state.cb[i]) end
    state.is_done = function() return state.cb.total == N + 5 end
    oom.warm()
    return state
  end,

  task = function(state)
    compute(state.is_done)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local missing = 0
    for i = 1, N do
      assert(async.is_closed(state.blocks[i]), "go block " .. i .. " never ends")
      if state.passed[i] == 0 then missing = missing + 1 else assert(state.passed[i] == i) end
    end
    for i = 1, N + 5 do
      assert(state.cb.calls[i] <= 1)
      missing = missing + 1 - state.cb.calls[i]
    end
    local told = oom.told(state.heard, said)
    assert(missing <= told, ("%d tasks did not run, %d errors were told"):format(missing, told))
    local computed = false
    async.take_async(async.timeout(0), function() computed = true end)
    compute(function() return computed end)
    assert(computed, "no hook any more")
    oom.rested()
  end,
}
