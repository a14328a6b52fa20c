-- What async.preempt suspends, where, and what can be done with it until it goes on.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"
local preempting = require "spec.support.preempting"

local chan, go, preempt = async.chan, async.go, async.preempt
local compute, SHORTEST = preempting.compute, preempting.SHORTEST
local unpack = table.unpack or unpack

--- An iterator that takes its time and gives 1, once.
local function once(_, before)
  compute(20)
  return not before and 1 or nil
end

--- A go block that computes until it is told to stop; it has been suspended when it is there.
local function computing(...)
  local it = { stop = false }
  preempting.at_last(function() it.stop = true end)
  it.result = go(function(...)
    it.co = coroutine.running()
    local n = 0
    while not it.stop do n = n + 1 end
    return "ended", ...
  end, ...)
  assert(not it.stop and coroutine.status(it.co) == "suspended")
  return it
end

describe("what preempt suspends", function()
  before_each(preempting.settle)
  after_each(preempting.leave)

  it("comes later below a C function that calls back", function()
    preempt(1)
    local log = {}
    go(function()
      local list = {}
      for i = 1, 30 do list[i] = (i * 7) % 31 end
      table.sort(list, function(a, b)
        compute(1)
        return a < b
      end)
      log[1] = "sorted"
      ;("abc"):gsub(".", function() compute(5) end)
      log[2] = list
      compute(30)
      log[3] = "computed"
    end)
    assert.equal("sorted", log[1])
    assert.is_nil(log[3])
    async.run()
    for i = 2, 30 do assert.is_true(log[2][i - 1] < log[2][i]) end
    assert.equal("computed", log[3])
  end)

  if can.yield_anywhere then
    it("crosses pcall, metamethods and iterators", function()
      preempt(2)
      local slow = setmetatable({}, { __index = function() compute(20) return 1 end })
      local places = {
        pcall = function() return select(2, pcall(function() compute(20) return 1 end)) end,
        metamethod = function() return slow.field end,
        iterator = function()
          local sum = 0
          for n in once do sum = sum + n end
          return sum
        end,
      }
      for name, place in pairs(places) do
        local result = go(place)
        assert.is_nil(async.try_take(result), name)
        assert.equal(1, async.block_take(result), name)
      end
    end)
  else
    it("waits at pcall, metamethods and iterators until they are over", function()
      preempt(2)
      local slow = setmetatable({}, { __index = function() compute(20) return 1 end })
      local places = {
        pcall = function() return select(2, pcall(function() compute(20) return 1 end)) end,
        ["async.pcall"] = function() return select(2, async.pcall(function() compute(20) return 1 end)) end,
        metamethod = function() return slow.field end,
        iterator = function()
          local sum = 0
          for n in once do sum = sum + n end
          return sum
        end,
      }
      for name, place in pairs(places) do
        local reached = false
        local result = go(function()
          local n = place()
          reached = true
          compute(20)
          return n
        end)
        assert.is_true(reached or name == "async.pcall", name)
        assert.is_nil(async.try_take(result), name)
        assert.equal(1, async.block_take(result), name)
      end
    end)
  end

  describe("with work of many kinds", function()
    local meta = {
      __index = function(_, k) return #k end,
      __add = function(a, b) return (a.n or 0) + b end,
      __concat = function(_, b) return "x" .. b end,
      __lt = function(a, b) return a.n < b.n end,
    }

    local function sum(...)
      local total = 0
      for i = 1, select("#", ...) do total = total + (select(i, ...)) end
      return total, ...
    end

    local function tail(n, ...)
      if n == 0 then return ... end
      return tail(n - 1, n, ...)
    end

    local function generator(n)
      return coroutine.wrap(function()
        for i = 1, n do coroutine.yield(i, i * i) end
      end)
    end

    --- What comes of it depends on the seed alone.
    local function work(seed, rounds)
      local total, up = 0, 0
      local function count()
        up = up + 1
        return up, seed
      end
      for round = 1, rounds do
        total = total + sum(unpack({ 1, 2, 3, seed, round }))
        total = total + select("#", tail(10)) + (select(3, tail(5)))
        local ok, e = pcall(function()
          local list = {}
          for i = 1, 10 do list[i] = { i, count() } end
          error { n = #list + list[3][2] }
        end)
        assert(not ok)
        total = total + e.n
        local object = setmetatable({ n = seed }, meta)
        total = total + object.four + (object + round) + #(object .. "y")
        assert(object < setmetatable({ n = seed + 1 }, meta))
        for i, square in generator(5) do total = total + i + square end
        local list = {}
        for i = 1, 15 do list[i] = (i * 7919 * seed + round) % 101 end
        table.sort(list, function(a, b) return a > b end)
        for i = 2, 15 do assert(list[i - 1] >= list[i]) end
        total = total + list[1] + #("abc"):rep(5):gsub("b", function(x) return x:upper() .. round end)
        for k, v in pairs { a = 1, b = 2, 3 } do total = total + v + #tostring(k) end
        local functions = {}
        for i = 1, 5 do
          local k = i
          functions[i] = function() k = k + 1 return k end
        end
        for i = 1, 5 do total = total + functions[i]() + functions[i]() end
      end
      return total, up
    end

    local function expect_right(rounds)
      local expected, results = {}, {}
      preempt(nil)
      for seed = 1, 5 do expected[seed] = { work(seed, rounds) } end
      preempt(SHORTEST)
      for seed = 1, 5 do
        results[seed] = go(function() return { work(seed, rounds) } end)
      end
      local turns = async.run()
      for seed = 1, 5 do assert.same(expected[seed], async.try_take(results[seed])) end
      return turns
    end

    it("makes no difference to what comes out", function()
      -- Only the count hook comes after almost every instruction.
      local turns, many = 0, async.trigger() == "count" and 20000 or 100
      repeat turns = turns + expect_right(100) until turns > many
    end)

    it("makes no difference under a busy collector", function()
      local tuned, pause = pcall(collectgarbage, "setpause", 60)
      local ok, err = pcall(expect_right, 20)
      if tuned then collectgarbage("setpause", pause) end
      assert(ok, err)
      if can.generations and pcall(collectgarbage, "generational") then
        ok, err = pcall(expect_right, 20)
        collectgarbage "incremental"
        assert(ok, err)
      end
    end)
  end)

  if can.close then
    it("closes variables as ever", function()
      preempt(1)
      local scope = assert(load [[
        local compute, log = ...
        local guard <close> = setmetatable({}, { __close = function() compute(10) log[#log + 1] = "closed" end })
        compute(10)
        log[#log + 1] = "computed"
      ]])
      local log = {}
      go(scope, compute, log)
      assert.same({}, log)
      async.run()
      assert.same({ "computed", "closed" }, log)
    end)

    it("leaves a go block alone that was closed meanwhile", function()
      preempt(1)
      local closed = 0
      local code = assert(load [[
        local guard <close> = setmetatable({}, { __close = ... })
        while true do end
      ]])
      local co
      go(function()
        co = coroutine.running()
        code(function() closed = closed + 1 end)
      end)
      assert.is_true(coroutine.close(co))
      assert.equal(1, closed)
      async.run()
      assert.equal("dead", coroutine.status(co))
    end)
  end

  describe("a suspended go block", function()
    it("has a traceback and locals to look at", function()
      preempt(1)
      for _ = 1, 100 do
        local it = computing(1, 2)
        local trace = debug.traceback(it.co)
        assert.truthy(trace:find("preempt_suspend_spec.lua", 1, true), trace)
        local info = debug.getinfo(it.co, 0, "Slf")
        assert.truthy(info.what == "Lua" or info.what == "C")
        debug.getinfo(it.co, 1, "Slf")
        assert.truthy(tostring(info.short_src):find("preempt_suspend_spec", 1, true) or info.what == "C")
        it.stop = true
        assert.equal("ended", async.block_take(it.result))
      end
    end)

    it("goes on by hand, and is not run again", function()
      preempt(1)
      local it = computing()
      it.stop = true
      assert.is_true((coroutine.resume(it.co, 1, 2, 3)))
      assert.equal("dead", coroutine.status(it.co))
      assert.equal(1, async.run())
    end)

    it("that was resumed by hand and waits now gets what it waits for", function()
      preempt(1)
      local c, co, stop, got = chan(), nil, false, nil
      preempting.at_last(function() stop = true end)
      go(function()
        co = coroutine.running()
        while not stop do end -- luacheck: ignore 542
        got = async.park_take(c)
      end)
      stop = true
      coroutine.resume(co)
      assert.equal("suspended", coroutine.status(co))
      async.run()
      assert.is_nil(got)
      async.put_async(c, "value")
      async.run()
      assert.equal("value", got)
    end)

    it("that was resumed by hand and yields is left alone", function()
      preempt(1)
      local co, stop, log = nil, false, {}
      preempting.at_last(function() stop = true end)
      go(function()
        co = coroutine.running()
        while not stop do end -- luacheck: ignore 542
        log[1] = coroutine.yield(function() end)
      end)
      stop = true
      coroutine.resume(co)
      async.run()
      assert.same({}, log)
      coroutine.resume(co, "by hand")
      assert.same({ "by hand" }, log)
    end)

    it("is kept, and let go when it is over", function()
      preempt(1)
      local weak = setmetatable({}, { __mode = "k" })
      local it = computing()
      weak[it.co] = true
      it.co = nil
      more.collect()
      assert.is_not_nil(next(weak))
      it.stop = true
      assert.equal("ended", async.block_take(it.result))
      it = nil -- luacheck: ignore 311
      async.run()
      more.collect()
      assert.is_nil(next(weak))
    end)

    it("goes with its state", function()
      more.expect_ok [[
        local async = require "async"
        async.preempt(1)
        for i = 1, 10 do
          async.go(function() while true do local t = { i } end end)
        end
        async.step(5)
        collectgarbage()
        print "ok"
      ]]
    end)

    it("waits no longer when preemption is switched off", function()
      preempt(1)
      local it = computing()
      preempt(nil)
      it.stop = true
      assert.equal("ended", async.block_take(it.result))
    end)
  end)

  it("comes in the shortest of loops, which begins with its function", function()
    preempt(1)
    for _ = 1, 50 do
      local stop = false
      preempting.at_last(function() stop = true end)
      local result = go(function()
        while not stop do end -- luacheck: ignore 542
        return "ended"
      end)
      async.step(3)
      stop = true
      assert.equal("ended", async.block_take(result))
    end
  end)

  it("is not taken for one that still waits where it waited once", function()
    for depth = 0, 40, async.trigger() == "count" and 1 or 8 do
      preempt(nil)
      local lost, kept, co, stop = chan(), chan(), nil, false
      preempting.at_last(function() stop = true end)
      local function wait(n)
        if n > 0 then
          local a, b = wait(n - 1), nil
          return a, b
        end
        async.park_take(lost)
        return async.park_take(kept)
      end
      local result = go(function()
        co = coroutine.running()
        local value = wait(depth)
        local a, b, d, e
        while not stop do a, b, d, e = (a or 0) + 1, b, d, e end
        return value, a, b, d, e
      end)
      coroutine.resume(co)
      preempt(SHORTEST)
      async.put_async(kept, "value")
      for _ = 1, 20 do async.step(1) end
      assert.equal("suspended", coroutine.status(co))
      assert.is_nil(async.try_put(lost, "nobody takes this"))
      async.put_async(lost, "kept")
      for _ = 1, 20 do async.step(1) end
      stop = true
      assert.equal("value", async.block_take(result))
      assert.equal("kept", async.try_take(lost))
    end
  end)

  it("takes a suspended go block for no one that waits where it was resumed by hand", function()
    preempt(nil)
    local first, lost, kept, stop, co = chan(), chan(), chan(), false, nil
    preempting.at_last(function() stop = true end)
    go(function()
      co = coroutine.running()
      async.park_take(first)
      async.park_take(lost)
      async.park_take(kept)
      while not stop do end -- luacheck: ignore 542
    end)
    coroutine.resume(co)
    coroutine.resume(co)
    preempt(SHORTEST)
    async.put_async(kept, "value")
    for _ = 1, 20 do async.step(1) end
    assert.is_nil(async.try_put(lost, "nobody takes this"))
    stop = true
    async.run()
  end)
end)
