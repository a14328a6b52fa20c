-- A mult whose taps are ready, slow, or gone, while memory is short: each value
-- reaches a tap once and in order, or an error was told.
local async = require "async"
local oom = require "spec.support.oom"

local VALUES = 12

-- Takes what comes on the tap, with a pause after some of them.
local function listen(state, i)
  return function()
    while true do
      local value = async.park_take(state.taps[i])
      if value == nil then return true end
      state.n[i] = state.n[i] + 1
      state.got[i][state.n[i]] = value
      if value % i == 1 then coroutine.yield() end
    end
  end
end

local TAPS = 5

return {
  setup = function()
    local state = { heard = oom.listen(), source = async.chan(VALUES), taps = {}, got = {}, blocks = {} }
    state.n = oom.fill(TAPS, 0)
    state.mult, state.log = async.mult(state.source), oom.log(VALUES)
    for i = 1, TAPS do
      state.got[i] = oom.fill(VALUES, false)
      state.taps[i] = async.chan(i % 2 == 0 and 2 or nil)
      async.tap(state.mult, state.taps[i])
      state.blocks[i] = async.go(listen(state, i))
    end
    async.tap(state.mult, async.chan(async.dropping_buffer(1)))
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, VALUES do
      oom.try(state.log, i, async.put_async, state.source, i)
      pcall(async.step, 7)
      if i == 6 then pcall(async.close, state.taps[TAPS]) end
    end
    for _ = 1, 9 do pcall(async.step, 50) end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local told = oom.told(state.heard, said)
    async.close(state.source)
    async.run()
    local lost, wanted = 0, 0
    for i = 1, VALUES do
      if oom.outcome(state.log, i) then wanted = wanted + 1 end
    end
    for i = 1, TAPS do
      local last = 0
      for k = 1, state.n[i] do
        assert(state.got[i][k] > last, "a value came twice, or late")
        last = state.got[i][k]
      end
      if i < TAPS then lost = lost + wanted - state.n[i] end
      -- One failure may end the mult, and its taps with it, but it leaves none open.
      assert(async.is_closed(state.taps[i]) or told > 1, "tap " .. i .. " hangs")
    end
    assert(lost == 0 or told > 0, lost .. " values were lost and nobody was told")
    for _, field in ipairs { "source", "taps", "blocks", "mult" } do state[field] = nil end
    oom.rested()
  end,
}
