-- The main thread blocks while memory is short: it gets its value, or raises
-- and gets nothing, later neither; the partner's value is not lost.
local async = require "async"
local oom = require "spec.support.oom"

local N = 8

-- A go block that, once begun, wakes an `alts` and then meets the main thread.
local function partner(state, i)
  local s = state[i]
  async.go(function()
    s.pair = async.park_alts { s.x, s.y }
  end)
  async.go(function()
    local kind = async.park_take(s.begin)
    s.woken = true
    async.park_put(s.x, "x")
    if kind == "put" then
      s.accepted = async.park_put(s.c, i)
      s.asked = true
    else
      s.got = async.park_take(s.c)
    end
  end)
end

-- Did the i-th operation succeed? It may have found that nobody will ever come,
-- when its partner could not be called or died.
local function succeeded(state, i, told)
  local deserted = not state.begin.ok[i] or told > 0
  if deserted and not state.log.ok[i] and tostring(state.log.result[i]):find("not ready", 1, true) then
    return false
  end
  return oom.outcome(state.log, i)
end

return {
  setup = function()
    local state = { heard = oom.listen(), log = oom.log(N + 1), begin = oom.log(N), deserted = oom.log(N) }
    for i = 1, N do
      local s = { c = async.chan(), begin = async.chan(1), x = async.chan(), y = async.chan() }
      s.nobody, s.ports = async.chan(), { s.c }
      state[i] = s
      partner(state, i)
    end
    state.sleep = function() return async.block_take(async.timeout(1)) end
    -- The place where the main thread sleeps is made by its first sleep.
    async.block_take(async.timeout(1))
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      local s = state[i]
      oom.try(state.begin, i, async.put_async, s.begin, i % 2 == 0 and "put" or "take")
      if i == N then
        oom.try(state.log, i, async.block_alts, s.ports)
      elseif i % 2 == 0 then
        oom.try(state.log, i, async.block_take, s.c)
      else
        oom.try(state.log, i, async.block_put, s.c, i)
      end
      oom.try(state.deserted, i, async.block_take, s.nobody)
    end
    oom.try(state.log, N + 1, state.sleep)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local told = oom.told(state.heard, said)
    for i = 1, N do
      local s = state[i]
      local met
      if i % 2 == 0 then met = s.accepted else met = s.got end
      if succeeded(state, i, told) then
        if i == N then
          assert(state.log.result[i][1] == i and state.log.result[i][2] == s.c)
        elseif i % 2 == 0 then
          assert(state.log.result[i] == i, "got " .. tostring(state.log.result[i]))
        else
          assert(state.log.result[i] == true and (met == i or told > 0))
        end
      else
        assert(not met, "operation " .. i .. " raised, and its partner was served")
        -- The partner waits still, or died and that was told.
        local v = i % 2 == 0 and async.try_take(s.c) or async.try_put(s.c, i)
        assert(v == (i % 2 == 0 and i or true) or told > 0 or not oom.outcome(state.begin, i),
          "operation " .. i .. " raised, and its partner is gone")
      end
      assert(not state.deserted.ok[i], "a channel nobody came to gives " .. tostring(state.deserted.result[i]))
      local fresh = async.chan(1)
      async.put_async(fresh, "fresh")
      assert(async.block_take(fresh) == "fresh")
    end
    assert(async.block_take(async.timeout(1)) == nil)
    for i = 1, N do
      local c = async.chan()
      async.go(function() async.park_take(async.timeout(0)) async.park_put(c, i) end)
      assert(async.block_take(c) == i, "a later blocking take gets what is not its own")
    end
  end,
}
