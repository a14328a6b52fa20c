-- A close that wakes more takers than there is room for in the queue. If it
-- raises, it is asked again: then everybody has been told, once.
local async = require "async"
local oom = require "spec.support.oom"

local N = 100

local function waited_for(make)
  local s = { chan = make(), cb = oom.callbacks(N), log = oom.log(1) }
  for i = 1, N do async.take_async(s.chan, s.cb[i]) end
  return s
end

return {
  setup = function()
    local state = {
      heard = oom.listen(),
      waited_for(function() return async.chan() end),
      waited_for(function() return async.promise_chan() end),
      full = async.chan(2),
      puts = oom.callbacks(5),
      log = oom.log(1),
    }
    for i = 1, 5 do async.put_async(state.full, i, state.puts[i]) end
    oom.warm()
    return state
  end,

  task = function(state)
    oom.try(state[1].log, 1, async.close, state[1].chan)
    oom.try(state[2].log, 1, async.close, state[2].chan)
    oom.try(state.log, 1, async.close, state.full)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    for k = 1, 2 do
      local s = state[k]
      if not oom.outcome(s.log, 1) then async.close(s.chan) end
      async.run()
      for i = 1, N do
        assert(s.cb.calls[i] == 1, ("channel %d: taker %d called %d times"):format(k, i, s.cb.calls[i]))
        assert(s.cb.got[i] == nil and s.cb.order[i] == i)
      end
      assert(async.put_async(s.chan, 1) == false and async.is_closed(s.chan))
    end
    assert(oom.outcome(state.log, 1) or async.close(state.full) == nil)
    oom.same(oom.drain(state.full), { 1, 2, 3, 4, 5 }, "what had been put before the close")
    async.run()
    oom.same(state.puts.calls, { 1, 1, 1, 1, 1 }, "callbacks of the puts")
    assert(oom.told(state.heard, said) == 0)
    oom.rested()
  end,
}
