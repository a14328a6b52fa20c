-- Go blocks that are begun: one that runs into a lack of memory is reported and
-- ends. If `go` itself raises, the block has not begun, or has ended where it
-- parked first, as a function does that raises.
local async = require "async"
local oom = require "spec.support.oom"

local N = 12

local function body(state, i)
  return function(a, b)
    state.started[i] = state.started[i] + 1
    assert(a == i and b == "b")
    if i % 3 == 0 then return i end
    if i % 3 == 1 then coroutine.yield() end
    local v = async.park_take(state.chans[i])
    state.ended[i] = true
    return v
  end
end

return {
  setup = function()
    local state = {
      heard = oom.listen(),
      log = oom.log(N),
      started = oom.fill(N, 0),
      ended = oom.fill(N, false),
      chans = {},
      bodies = {},
    }
    for i = 1, N do
      state.chans[i] = async.chan()
      state.bodies[i] = body(state, i)
    end
    -- The queue is nearly full, so a block that yields finds it so.
    for _ = 1, 62 do async.put_async(async.chan(1), 1, function() end, false) end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      oom.try(state.log, i, async.go, state.bodies[i], i, "b")
    end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local failed = 0
    for i = 1, N do
      if oom.outcome(state.log, i) then
        local block = state.log.result[i]
        async.put_async(state.chans[i], i)
        async.run()
        assert(async.is_closed(block), "go block " .. i .. " never ends")
        local result = async.try_take(block)
        assert(state.started[i] <= 1 and (result == i or result == nil))
        if result == nil then failed = failed + 1 end
      else
        assert(async.try_put(state.chans[i], i) == nil, "go raised, and go block " .. i .. " waits nevertheless")
        assert(not state.ended[i], "go raised, and go block " .. i .. " has gone on")
      end
    end
    assert(failed <= oom.told(state.heard, said), failed .. " go blocks ended and nobody was told")
    for i = 1, N do oom.drain(state.chans[i]) end
    oom.rested()
  end,
}
