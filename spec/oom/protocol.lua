-- Operations with handler objects: a handler gives its callback away when its
-- operation happens, and not when that raised.
local async = require "async"
local oom = require "spec.support.oom"

local N = 20

local function handlers(n)
  local hs = { commits = oom.fill(n, 0), called = oom.fill(n, 0), got = oom.fill(n, false) }
  for i = 1, n do
    local function callback(v) hs.called[i], hs.got[i] = hs.called[i] + 1, v end
    hs[i] = {
      ["active?"] = function() return hs.commits[i] == 0 end,
      ["blockable?"] = function() return true end,
      commit = function()
        hs.commits[i] = hs.commits[i] + 1
        return callback
      end,
    }
  end
  return hs
end

local function check(s, what, of)
  for i = 1, N do
    if oom.outcome(s.log, i) then
      local result = s.log.result[i]
      assert(s.hs.commits[i] == 1, ("%s %d: %d commits"):format(what, i, s.hs.commits[i]))
      -- Done at once it answers, later it calls back.
      assert(s.hs.called[i] == (result and 0 or 1), what .. " " .. i .. ": called " .. s.hs.called[i])
      assert((result and result[1] or s.hs.got[i]) == of(i))
    else
      assert(s.hs.commits[i] == 0, what .. " " .. i .. " raised, and its handler has committed")
    end
  end
end

return {
  setup = function()
    local state = {}
    for k = 1, 4 do
      state[k] = { chan = k % 2 == 0 and async.chan(10) or async.chan(), log = oom.log(N), hs = handlers(N) }
      state[k].put, state[k].take = state[k].chan["put!"], state[k].chan["take!"]
    end
    oom.warm()
    return state
  end,

  task = function(state)
    for i = 1, N do
      for k = 1, 2 do
        oom.try(state[k].log, i, state[k].put, state[k].chan, i, state[k].hs[i], true)
      end
      for k = 3, 4 do
        oom.try(state[k].log, i, state[k].take, state[k].chan, state[k].hs[i], true)
      end
    end
  end,

  check = function(state, ok, err)
    assert(ok, err)
    for k = 1, 2 do
      local want = {}
      for i = 1, N do
        if state[k].log.ok[i] then want[#want + 1] = i end
      end
      oom.same(oom.drain(state[k].chan), want, "what was put with handlers")
      async.run()
      check(state[k], "put", function() return true end)
      oom.usable(state[k].chan, "after puts")
    end
    for k = 3, 4 do
      local values, n = {}, 0
      for i = 1, N do
        if state[k].log.ok[i] then
          n = n + 1
          values[i] = n
          async.put_async(state[k].chan, n)
        end
      end
      async.run()
      check(state[k], "take", function(i) return values[i] end)
      oom.usable(state[k].chan, "after takes")
    end
    oom.rested()
  end,
}
