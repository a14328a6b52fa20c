-- Making channels and buffers, and using buffers by themselves: what was made
-- works, and what could not be made has taken nothing with it.
local async = require "async"
local oom = require "spec.support.oom"

local N = 10

local function identity(add) return add end

local makers = {
  function() return async.chan() end,
  function() return async.chan(4) end,
  function() return async.chan(4, identity) end,
  function() return async.promise_chan() end,
  function() return async.promise_chan(identity, print) end,
  function() return async.chan(async.sliding_buffer(4)) end,
}

return {
  setup = function()
    local state = { made = oom.log(#makers), lent = oom.log(2), buffer = async.buffer(N), added = oom.log(N) }
    state.free = async.buffer(2)
    state.free:add("kept")
    state.of = oom.log(1)
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, #makers do
      oom.try(state.made, i, makers[i])
    end
    for i = 1, N do
      oom.try(state.added, i, state.buffer.add, state.buffer, i)
    end
    oom.try(state.lent, 1, async.chan, state.free)
    oom.try(state.of, 1, tostring, state.buffer)
  end,

  check = function(state, ok, err)
    assert(ok, err)
    for i = 1, #makers do
      if oom.outcome(state.made, i) then
        local c = state.made.result[i]
        assert(async.is_chan(c) and async.put_async(c, i) == true)
        async.take_async(c, function(v) assert(v == i) end)
        async.run()
      end
    end
    local want, got = {}, {}
    for i = 1, N do
      if oom.outcome(state.added, i) then want[#want + 1] = i end
    end
    for _ = 1, #state.buffer do got[#got + 1] = state.buffer:remove() end
    oom.same(got, want, "values of a buffer")
    local c = oom.outcome(state.lent, 1) and state.lent.result[1] or async.chan(state.free)
    oom.same(oom.drain(c), { "kept" }, "values of a buffer that a channel was given")
    assert(not pcall(async.chan, state.free), "one buffer for two channels")
    assert(not oom.outcome(state.of, 1) or state.of.result[1]:find("FixedBuffer"))
    oom.rested()
  end,
}
