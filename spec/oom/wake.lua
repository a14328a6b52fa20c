-- Go blocks that hand values to each other while memory is short: each value
-- arrives once, or the block that had it was reported. Every third one is a
-- coroutine of the program's own.
local async = require "async"
local oom = require "spec.support.oom"

local N = 80

-- Takes `times` values, each of which it passes on.
local function relay(state, i)
  return function()
    for _ = 1, 3 do
      local v = async.park_take(state.from[i])
      if v == nil then return end
      state.held[i] = v
      state.taken[i] = state.taken[i] + 1
      async.park_put(state.to[i], v)
      state.passed[i] = state.passed[i] + 1
    end
  end
end

local function begin(f, i)
  if i % 3 > 0 then return async.go(f) end
  local co = coroutine.create(f)
  assert(coroutine.resume(co))
  return co
end

local function is_over(block)
  if type(block) == "thread" then return coroutine.status(block) == "dead" end
  return async.is_closed(block)
end

return {
  setup = function()
    local state = { heard = oom.listen(), from = {}, to = {}, blocks = {}, log = oom.log(N), cb = oom.callbacks(N) }
    state.held, state.taken, state.passed = oom.fill(N, 0), oom.fill(N, 0), oom.fill(N, 0)
    for i = 1, N do
      state.from[i], state.to[i] = async.chan(), i % 2 == 0 and async.chan() or async.chan(2)
      state.blocks[i] = begin(relay(state, i), i)
    end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      oom.try(state.log, i, async.put_async, state.from[i], i, state.cb[i])
    end
    pcall(async.step, 1000)
    pcall(async.step, 1000)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local died = 0
    for i = 1, N do
      local accepted = oom.outcome(state.log, i)
      assert(state.cb.calls[i] == (accepted and 1 or 0), "callback of put " .. i)
      local dead = is_over(state.blocks[i])
      if dead then died = died + 1 end
      if not accepted then
        assert(state.taken[i] == 0, "a put raised, and its value arrived: " .. i)
      elseif not dead then
        assert(state.taken[i] == 1 and state.held[i] == i, "value " .. i .. " did not arrive")
        oom.same(oom.drain(state.to[i]), { i }, "passed on by block " .. i)
        async.run()
        assert(state.passed[i] == 1)
      end
      if not dead then
        async.put_async(state.from[i], "more")
        async.run()
        oom.same(oom.drain(state.to[i]), { "more" }, "later passed on by block " .. i)
        async.run()
      end
      oom.drain(state.from[i])
      async.close(state.from[i])
    end
    assert(died <= oom.told(state.heard, said), died .. " blocks died and nobody was told")
    for i = 1, N do state.from[i], state.to[i] = nil, nil end
    state.blocks, state.log = nil, nil
  end,
}
