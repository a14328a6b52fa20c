-- Puts with callbacks into every kind of channel: a put that was accepted comes
-- out once and in order, one that raised does not.
local async = require "async"
local oom = require "spec.support.oom"

local N = 20

local function first(n)
  return function(list) return { table.unpack(list, 1, n) } end
end

local function last(n)
  return function(list) return { table.unpack(list, math.max(1, #list - n + 1)) } end
end

local kinds = {
  { "unbuffered", function() return async.chan() end, first(N) },
  { "buffered", function() return async.chan(10) end, first(N) },
  { "dropping", function() return async.chan(async.dropping_buffer(5)) end, first(5) },
  { "sliding", function() return async.chan(async.sliding_buffer(5)) end, last(5) },
}

return {
  setup = function()
    local state = {}
    for k, kind in ipairs(kinds) do
      state[k] = { chan = kind[2](), log = oom.log(N), cb = oom.callbacks(N) }
    end
    oom.warm()
    return state
  end,

  task = function(state)
    for k = 1, #kinds do
      local s = state[k]
      for i = 1, N do
        oom.try(s.log, i, async.put_async, s.chan, i, s.cb[i])
      end
    end
  end,

  check = function(state, ok, err)
    assert(ok, err)
    for k, kind in ipairs(kinds) do
      local s, accepted = state[k], {}
      for i = 1, N do
        if oom.outcome(s.log, i) then
          assert(s.log.result[i] == true)
          accepted[#accepted + 1] = i
        end
      end
      oom.same(oom.drain(s.chan), kind[3](accepted), kind[1])
      async.run()
      for i = 1, N do
        assert(s.cb.calls[i] == (s.log.ok[i] and 1 or 0), kind[1] .. ": callback " .. i)
      end
      oom.usable(s.chan, kind[1])
    end
    oom.rested()
  end,
}
