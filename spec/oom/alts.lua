-- Go blocks in an `alts` that waits: at most one of its operations happens. One
-- that raised, or whose block died on the way back, is told, and leaves nothing
-- behind in any of its channels.
local async = require "async"
local oom = require "spec.support.oom"

local N = 24

-- Even ones take from `a`, odd ones put into `b`; nobody ever comes to `c`.
local function alternatives()
  local s = { a = async.chan(), b = async.chan(), c = async.chan() }
  s.body = function(i)
    s.ok, s.pair = pcall(async.park_alts, { s.c, s.a, { s.b, i }, s.c })
  end
  return s
end

-- Does the partner of block i still wait with its value? That of an odd one has
-- got one, and gives nothing back.
local function is_partner_left(s, i)
  return i % 2 == 0 and async.try_take(s.a) == i
end

-- What became of block i, which has begun; answers how many errors that is.
local function check_block(state, s, i, met)
  if s.ok then
    assert(met and s.pair[1] == (i % 2 == 1 or i), "result of block " .. i)
    assert(s.pair[2] == (i % 2 == 1 and s.b or s.a))
    assert(i % 2 == 0 or state.log.result[i] == i, "what block " .. i .. " put")
    return 0
  end
  assert(async.is_closed(s.block), "block " .. i .. " waits for good")
  if s.ok == false then
    assert(oom.is_short(s.pair), s.pair)
    assert(not met or is_partner_left(s, i), "alts raised, and its partner was served: " .. i)
    return 0
  end
  -- It died before, or with what it had got.
  is_partner_left(s, i)
  return 1
end

return {
  setup = function()
    local state = { heard = oom.listen(), log = oom.log(N), go = oom.log(N) }
    for i = 1, N do
      state[i] = alternatives()
      -- Half of them wait already.
      if i > N / 2 then state[i].block = async.go(state[i].body, i) end
    end
    for _ = 1, 50 do async.put_async(async.chan(1), 1, function() end, false) end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N / 2 do
      oom.try(state.go, i, async.go, state[i].body, i)
    end
    for i = 1, N do
      if i % 2 == 0 then
        oom.try(state.log, i, async.put_async, state[i].a, i)
      else
        oom.try(state.log, i, async.try_take, state[i].b)
      end
    end
    pcall(async.step, 200)
    pcall(async.step, 200)
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.run()
    local failed = 0
    for i = 1, N do
      local s, met = state[i], oom.outcome(state.log, i)
      if i % 2 == 1 then met = met and state.log.result[i] ~= nil end
      local began = i > N / 2 or oom.outcome(state.go, i)
      s.block = s.block or state.go.result[i]
      if began and s.ok == nil and not met and not async.is_closed(s.block) then
        async.put_async(s.c, "late")
        async.run()
        assert(s.pair[1] == "late" and s.pair[2] == s.c, "block " .. i .. " waits for good")
      elseif began then
        failed = failed + check_block(state, s, i, met)
      elseif met then
        assert(is_partner_left(s, i), "go raised, and its block runs: " .. i)
      end
      oom.usable(s.a, "channel to take from")
      oom.usable(s.b, "channel to put into")
      oom.usable(s.c, "channel nobody came to")
    end
    local told = oom.told(state.heard, said)
    assert(failed <= told, ("%d failed, and %d were told"):format(failed, told))
    oom.rested()
  end,
}
