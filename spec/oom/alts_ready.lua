-- An `alts` that finds an operation ready, or takes its default: if it raises
-- it has done nothing.
local async = require "async"
local oom = require "spec.support.oom"

local N = 24

-- Even ones find i in `a`, odd ones find room in `b`, every sixth neither.
local function ready(i)
  local s = { a = async.chan(1), b = async.chan(1), i = i }
  if i % 2 == 0 then
    async.put_async(s.b, "full")
    if i % 6 ~= 0 then async.put_async(s.a, i) end
  end
  s.ports = { s.a, { s.b, i } }
  s.options = { priority = true, default = i % 6 == 0 and "nothing" or nil }
  return s
end

local function check(s, ok, pair)
  local i, a, b = s.i, async.try_take(s.a), async.try_take(s.b)
  local before_a, before_b = nil, nil
  if i % 2 == 0 then before_b = "full" end
  if i % 2 == 0 and i % 6 ~= 0 then before_a = i end
  if not ok then
    assert(oom.is_short(pair), pair)
    assert(a == before_a and b == before_b, "alts raised and did something: " .. i)
  elseif i % 6 == 0 then
    assert(pair[1] == "nothing" and pair[2] == "default" and a == nil and b == "full")
  elseif i % 2 == 0 then
    assert(pair[1] == i and pair[2] == s.a and a == nil and b == "full")
  else
    assert(pair[1] == true and pair[2] == s.b and a == nil and b == i)
  end
  async.run()
  oom.usable(s.a, "channel to take from")
  oom.usable(s.b, "channel to put into")
end

return {
  setup = function()
    local state = { heard = oom.listen(), log = oom.log(N), go = oom.log(N) }
    for i = 1, 2 * N do state[i] = ready((i - 1) % N + 1) end
    state.body = function(s) s.ok, s.pair = pcall(async.park_alts, s.ports, s.options) end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      oom.try(state.log, i, async.block_alts, state[i].ports, state[i].options)
      oom.try(state.go, i, async.go, state.body, state[N + i])
    end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    local died = 0
    for i = 1, N do
      check(state[i], oom.outcome(state.log, i), state.log.result[i])
      local s = state[N + i]
      if oom.outcome(state.go, i) and s.ok == nil then died = died + 1 end
      if s.ok ~= nil then
        assert(state.go.ok[i], "go raised, and its block ran")
        check(s, s.ok, s.pair)
      end
    end
    local told = oom.told(state.heard, said)
    assert(died <= told, ("%d blocks died, and %d were told"):format(died, told))
    oom.rested()
  end,
}
