-- Takes with callbacks, and takes of what is there: a take that raised gets
-- nothing, now or later, and leaves its value where it was.
local async = require "async"
local oom = require "spec.support.oom"

local N = 20

local kinds = {
  { "unbuffered", function() return async.chan() end },
  { "buffered", function() return async.chan(4) end },
  { "dropping", function() return async.chan(async.dropping_buffer(100)) end },
  { "sliding", function() return async.chan(async.sliding_buffer(100)) end },
}

-- The values 1 to N, in the buffer or brought by puts that wait.
local function full(make)
  local c = make()
  for i = 1, N do assert(async.put_async(c, i, function() end)) end
  return c
end

local function check_waiting(s, what)
  local accepted, want = 0, {}
  for i = 1, N do
    if oom.outcome(s.log, i) then accepted = accepted + 1 end
  end
  -- One value more than there are takers: it must stay.
  for v = 1, accepted do assert(async.put_async(s.chan, v)) end
  assert(async.put_async(s.chan, "rest"))
  async.run()
  for i = 1, N do
    assert(s.cb.calls[i] == (s.log.ok[i] and 1 or 0), what .. ": callback " .. i)
    if s.log.ok[i] then want[#want + 1] = #want + 1 end
  end
  local got = {}
  for k = 1, s.cb.total do got[k] = s.cb.got[s.cb.order[k]] end
  oom.same(got, want, what .. ": waiting takes")
  oom.same(oom.drain(s.chan), { "rest" }, what .. ": what nobody waited for")
  oom.usable(s.chan, what)
end

local function check_full(s, what)
  local got, want = {}, {}
  for i = 1, N do
    want[i] = i
    if oom.outcome(s.log, i) then got[#got + 1] = s.log.result[i] or s.cb.got[i] end
  end
  for _, v in ipairs(oom.drain(s.chan)) do got[#got + 1] = v end
  oom.same(got, want, what .. ": taken and left")
  async.run()
  oom.usable(s.chan, what)
end

return {
  setup = function()
    local state = { waiting = {}, ready = {}, polled = {} }
    for k, kind in ipairs(kinds) do
      state.waiting[k] = { chan = kind[2](), log = oom.log(N), cb = oom.callbacks(N) }
      state.ready[k] = { chan = full(kind[2]), log = oom.log(N), cb = oom.callbacks(N) }
      state.polled[k] = { chan = full(kind[2]), log = oom.log(N), cb = {} }
    end
    oom.warm()
    return state
  end,

  task = function(state)
    for k = 1, #kinds do
      local ready, polled = state.ready[k], state.polled[k]
      for i = 1, N do
        oom.try(ready.log, i, async.take_async, ready.chan, ready.cb[i])
        oom.try(polled.log, i, async.try_take, polled.chan)
      end
    end
    -- Last, since each error takes from the room for calls, and a callback that
    -- cannot be called is like one that raises: its value is gone.
    for k = 1, #kinds do
      local waiting = state.waiting[k]
      for i = 1, N do
        oom.try(waiting.log, i, async.take_async, waiting.chan, waiting.cb[i])
      end
    end
  end,

  check = function(state, ok, err)
    assert(ok, err)
    for k, kind in ipairs(kinds) do
      check_waiting(state.waiting[k], kind[1])
      check_full(state.ready[k], kind[1])
      check_full(state.polled[k], kind[1])
    end
    oom.rested()
  end,
}
