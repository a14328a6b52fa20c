-- Go blocks that compute for long are suspended, so that others run: async.preempt.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"
local raw = require "spec.support.raw"
local support = require "spec.support.init"

local chan, go, preempt, timeout = async.chan, async.go, async.preempt, async.timeout
local unpack = table.unpack or unpack

--- So short a turn that a go block is suspended after almost every instruction.
local SHORTEST = 1e-6

local function compute(ms)
  local limit = support.now() + ms
  while support.now() < limit do end -- luacheck: ignore 542
end

--- An iterator that takes its time and gives 1, once.
local function once(_, before)
  compute(20)
  return not before and 1 or nil
end

--- Spawns a go block that computes until the time is over, and counts.
local function worker(counts, i, limit)
  counts[i] = 0
  return go(function()
    while os.clock() < limit do
      for _ = 1, 100 do counts[i] = counts[i] + 1 end
    end
    return i
  end)
end

--- Tries `body` again as long as it fails, since other processes may take the processor.
local function in_a_quiet_moment(body)
  local ok, err
  for _ = 1, 6 do
    ok, err = pcall(body)
    async.run()
    if ok then return end
    more.nap(0.2)
  end
  error(err, 0)
end

--- A go block that computes until it is told to stop; it has been suspended when it is there.
local function computing(...)
  local it = { stop = false }
  it.result = go(function(...)
    it.co = coroutine.running()
    local n = 0
    while not it.stop do n = n + 1 end
    return "ended", ...
  end, ...)
  assert(not it.stop and coroutine.status(it.co) == "suspended")
  return it
end

describe("preempt", function()
  before_each(function() async.run() end)
  after_each(function()
    preempt(nil)
    async.run()
  end)

  it("shares the processor between two that compute, and serves a timeout meanwhile", function()
    preempt(10)
    in_a_quiet_moment(function()
      local counts, served, start = {}, nil, os.clock()
      local limit = start + 1
      go(function()
        async.park_take(timeout(50))
        served = os.clock() - start
      end)
      local results = { worker(counts, 1, limit), worker(counts, 2, limit) }
      async.run()
      assert.equal(1, async.try_take(results[1]))
      assert.equal(2, async.try_take(results[2]))
      local ratio = counts[1] / counts[2]
      assert(ratio > 0.8 and ratio < 1.25, "one did " .. ratio .. " times as much as the other")
      assert(served < 0.075, "served after " .. served)
    end)
  end)

  it("lets a timeout not wait for all of many that compute", function()
    preempt(10)
    in_a_quiet_moment(function()
      local counts, worst, limit = {}, 0, os.clock() + 1
      for i = 1, 8 do worker(counts, i, limit) end
      go(function()
        while os.clock() < limit do
          local start = os.clock()
          async.park_take(timeout(50))
          worst = math.max(worst, os.clock() - start)
        end
      end)
      async.run()
      assert(worst > 0 and worst < 0.085, "served after " .. worst)
      for i = 1, 8 do assert(counts[i] > 0) end
    end)
  end)

  it("lets those that compute have their turn beside those that always are ready", function()
    preempt(5)
    local a, b, hits, counts, limit = chan(), chan(), 0, {}, os.clock() + 0.5
    go(function()
      while async.park_put(a, 1) do async.park_take(b) end
    end)
    go(function()
      while async.park_take(a) do
        hits = hits + 1
        async.park_put(b, 1)
      end
    end)
    local done = worker(counts, 1, limit)
    async.block_take(done)
    async.close(a)
    async.close(b)
    assert.is_true(hits > 1000, tostring(hits))
    assert.is_true(counts[1] > 100000, tostring(counts[1]))
  end)

  it("gives control back to the spawner after one turn, and to a program that computes", function()
    preempt(5)
    local ended = false
    local start = support.now()
    go(function()
      compute(200)
      ended = true
    end)
    assert.is_false(ended)
    assert.is_true(support.now() - start < 150)
    local mine, idle = 0, chan()
    support.busy(3000, function()
      mine = mine + 1
      if jit then async.try_take(idle) end -- its profiler lets no suspended go block go on
      return ended
    end)
    assert.is_true(ended)
    assert.is_true(mine > (jit and 0 or 3), tostring(mine))
  end)

  it("ends step after a turn or two, though it might run more tasks", function()
    preempt(5)
    for _ = 1, 3 do go(compute, 300) end
    local start = support.now()
    assert.is_true(async.step(64) >= 1)
    assert.is_true(support.now() - start < 150)
  end)

  it("is off at first, tells, and answers what was said before", function()
    assert.same({ n = 1 }, more.pack(preempt()))
    assert.same({ n = 1 }, more.pack(preempt(10)))
    assert.equal(10, preempt())
    assert.equal(10, preempt(2.5, "all"))
    assert.equal(2.5, preempt(false))
    assert.same({ n = 1 }, more.pack(preempt()))
    preempt(7)
    assert.equal(7, preempt(nil))
    assert.is_nil((preempt()))
  end)

  it("leaves a go block alone while it is off", function()
    local ended = false
    preempt(1)
    preempt(nil)
    go(function()
      compute(30)
      ended = true
    end)
    assert.is_true(ended)
  end)

  it("holds for one go block alone, until it ends", function()
    local log = {}
    go(function()
      log[#log + 1] = tostring(preempt(2, "this"))
      compute(20)
      log[#log + 1] = tostring(preempt(3, "this"))
      log[#log + 1] = tostring(preempt())
    end)
    assert.same({ "nil" }, log)
    local whole = false
    go(function()
      compute(20)
      whole = true
    end)
    assert.is_true(whole)
    async.run()
    assert.equal(3, #log)
    assert.equal(2, tonumber(log[2]))
    assert.equal("nil", log[3])
  end)

  it("exempts one go block, and takes that back", function()
    preempt(2)
    local ended, answers = false, {}
    go(function()
      answers[1] = preempt(false, "this")
      compute(30)
      ended = true
      answers[2] = preempt(nil, "this")
      compute(30)
      answers[3] = "the end"
    end)
    assert.is_true(ended)
    assert.is_nil(answers[1])
    assert.is_false(answers[2])
    assert.is_nil(answers[3])
    async.run()
    assert.equal("the end", answers[3])
  end)

  it("remembers an exemption across parking, and forgets it with its go block", function()
    preempt(2)
    local gate, ended, weak = chan(), 0, setmetatable({}, { __mode = "k" })
    for _ = 1, 20 do
      go(function()
        weak[coroutine.running()] = true
        preempt(false, "this")
        async.park_take(gate)
        compute(5)
        ended = ended + 1
      end)
    end
    async.put_async(gate, 1)
    async.step(1)
    assert.equal(1, ended)
    async.close(gate)
    async.run()
    assert.equal(20, ended)
    gate = nil -- luacheck: ignore 311
    more.collect()
    assert.is_nil(next(weak))
  end)

  it("can be switched on within a go block that runs already", function()
    local ended = false
    go(function()
      compute(5)
      preempt(2)
      compute(30)
      ended = true
    end)
    assert.is_false(ended)
    async.run()
    assert.is_true(ended)
  end)

  it("does not count what others do meanwhile", function()
    preempt(150)
    local ended = false
    go(function()
      for _ = 1, 4 do
        go(compute, 60)
      end
      ended = true
    end)
    assert.is_true(ended)
  end)

  it("counts what is left when it spawns all the time", function()
    preempt(5)
    local ended = false
    go(function()
      local limit = support.now() + 100
      while support.now() < limit do
        go(function() end)
        for _ = 1, 100 do end -- luacheck: ignore 542
      end
      ended = true
    end)
    assert.is_false(ended)
  end)

  it("brings results and errors as ever", function()
    preempt(1)
    local result = go(function()
      compute(10)
      return "value"
    end)
    assert.equal("value", async.block_take(result))
    local line = debug.getinfo(1, "l").currentline + 2
    local errors = more.reported(function()
      go(function()
        compute(10)
        error "went wrong"
      end)
      async.run()
    end)
    assert.equal(1, #errors)
    local report = errors[1].report
    assert.truthy(report:find("went wrong", 1, true), report)
    assert.truthy(report:find("stack traceback", 1, true), report)
    assert.truthy(report:find("spawned at spec/preempt_spec.lua:" .. line, 1, true), report)
  end)

  it("is no deadlock for who waits for it", function()
    preempt(1)
    local c = chan()
    go(function()
      compute(20)
      async.park_put(c, "at last")
    end)
    assert.equal("at last", async.block_take(c))
  end)

  it("goes on being ready for operations of all kinds between turns", function()
    preempt(SHORTEST)
    local from, to, got = chan(), chan(3), {}
    local sum = go(function()
      local n, value = 0, async.park_take(from)
      while value do
        n = n + value
        async.park_put(to, n)
        value = async.park_take(from)
      end
      return n
    end)
    go(function()
      for i = 1, 100 do async.park_put(from, i) end
      async.close(from)
    end)
    for i = 1, 100 do got[i] = async.block_take(to) end
    assert.equal(5050, async.block_take(sum))
    assert.equal(5050, got[100])
  end)

  it("never suspends a generator within: its numbers come in order", function()
    preempt(SHORTEST)
    local function numbers(n)
      return coroutine.wrap(function()
        for i = 1, n do
          local x = 0
          for k = 1, jit and 50000 or 5000 do x = x + k end
          coroutine.yield(i)
        end
      end)
    end
    local turns = async.run()
    local results = {}
    for k = 1, 3 do
      results[k] = go(function()
        local last = 0
        for i in numbers(500) do
          if i ~= last + 1 then error(i .. " after " .. last) end
          last = i
        end
        return last
      end)
    end
    turns = async.run() - turns
    for k = 1, 3 do assert.equal(500, async.try_take(results[k])) end
    -- On LuaJIT a go block is suspended only if a tick meets it outside of the generator.
    assert.truthy(jit or turns > 3, tostring(turns))
  end)

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
        assert.truthy(trace:find("preempt_spec.lua", 1, true), trace)
        local info = debug.getinfo(it.co, 0, "Slf")
        assert.truthy(info.what == "Lua" or info.what == "C")
        debug.getinfo(it.co, 1, "Slf")
        assert.truthy(tostring(info.short_src):find("preempt_spec", 1, true) or info.what == "C")
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

  it("spares a go block in async.masked", function()
    preempt(2)
    local log = {}
    go(function()
      async.masked(function()
        compute(30)
        log[1] = "masked is over"
      end)
      compute(10)
      log[2] = "over"
    end)
    assert.same({ "masked is over" }, log)
    async.run()
    assert.same({ "masked is over", "over" }, log)
  end)

  it("spares a transducer's step, and keeps what go blocks share whole in async.masked", function()
    preempt(SHORTEST)
    local c = chan(10, async.xf.map(function(v)
      local n = 0
      for _ = 1, 100 do n = n + v end
      return n
    end))
    local shared, limit = 0, 200
    for _ = 1, 4 do
      go(function()
        for i = 1, limit do
          async.masked(function() shared = shared + 1 end)
          if i % 20 == 0 then async.park_put(c, i) end
        end
      end)
    end
    local seen = 0
    for _ = 1, 40 do seen = seen + async.block_take(c) end
    async.run()
    assert.equal(4 * limit, shared)
    assert.equal(4 * 100 * (20 + 200) * 5, seen)
  end)

  it("works beside on_slow, which tells of what is not suspended", function()
    local reports = {}
    preempt(5)
    async.on_slow(60, function(report) reports[#reports + 1] = report end)
    local ended = false
    go(function()
      for _ = 1, 10 do compute(20) end
      ended = true
    end)
    async.run()
    assert.is_true(ended)
    assert.same({}, reports)
    go(function() async.masked(compute, 100) end)
    async.on_slow()
    assert.equal(1, #reports)
  end)

  it("works with coroutines that are tracked, which it never suspends", function()
    preempt(SHORTEST)
    if not async.track_coroutines() then return async.track_coroutines(false) end
    local result = go(function()
      local last = 0
      for i in coroutine.wrap(function()
        for i = 1, 300 do
          for _ = 1, 30 do end -- luacheck: ignore 542
          coroutine.yield(i)
        end
      end) do
        assert(i == last + 1)
        last = i
      end
      return last
    end)
    local got = async.block_take(result)
    async.track_coroutines(false)
    assert.equal(300, got)
  end)

  it("never suspends a go block with a debug hook of its own, which sees all", function()
    preempt(2)
    local lines, ended = 0, false
    go(function()
      debug.sethook(function() lines = lines + 1 end, "l")
      compute(20)
      ended = true
      debug.sethook()
    end)
    assert.is_true(ended)
    assert.truthy(jit or lines > 100) -- compiled code calls no hook
    ended = false
    go(function()
      debug.sethook(function() end, "", 1000)
      compute(20)
      ended = true
      debug.sethook()
    end)
    assert.is_true(ended)
  end)

  it("is refused where a debug hook is set", function()
    local before = { debug.gethook() }
    debug.sethook(function() end, "r")
    local ok, err = pcall(preempt, 10)
    local off = pcall(preempt, nil)
    debug.sethook(unpack(before))
    assert.is_false(ok)
    assert.truthy(err:find("async.preempt: a debug hook is set here", 1, true), err)
    assert.is_true(off)
  end)

  it("suspends nothing where nothing interrupts the program", function()
    preempt(1)
    local before, ended = async.trigger(), false
    async.trigger "none"
    go(function()
      compute(20)
      ended = true
    end)
    async.trigger(before)
    assert.is_true(ended)
  end)

  it("takes its hook off a go block that has this said", function()
    preempt(2)
    local hooks, before = {}, async.trigger()
    if not jit then async.trigger "count" end
    go(function()
      preempt(100)
      hooks[1] = raw.gethook() ~= nil
      async.trigger "none"
      compute(20)
      hooks[2] = raw.gethook() ~= nil
      async.trigger(before)
    end)
    assert.same({ not jit, false }, hooks)
  end)

  --- A turn of 5 ms is over soon, whatever the go block has done before, though it goes on for 300 ms.
  local function expect_turn_to_end(before)
    preempt(5)
    local start = support.now()
    local result = go(function()
      before()
      compute(300)
      return "ended"
    end)
    local turn = support.now() - start
    assert.equal("ended", async.block_take(result))
    assert.is_true(turn < 200, tostring(turn))
  end

  it("ends a turn after slow work within", function()
    expect_turn_to_end(function() async.masked(compute, 30) end)
    expect_turn_to_end(function()
      preempt(5, "this")
      async.masked(compute, 30)
    end)
    expect_turn_to_end(function() async.pcall(compute, 30) end)
    expect_turn_to_end(function()
      local slowly = async.xf.map(function(x)
        compute(30)
        return x
      end)
      async.park_put(chan(1, slowly), 1)
    end)
    expect_turn_to_end(function()
      go(function()
        preempt(false, "this")
        compute(30)
      end)
    end)
  end)

  it("ends a turn after step, and after the trigger was changed", function()
    expect_turn_to_end(async.step)
    local before = async.trigger()
    expect_turn_to_end(function()
      async.trigger "none"
      async.trigger(before)
    end)
  end)

  it("lets step and an operation begin no more turns than one or two", function()
    preempt(5)
    local gate, idle = chan(), chan()
    for _ = 1, 30 do
      go(function()
        async.park_take(gate)
        compute(20)
      end)
    end
    async.close(gate)
    local start = support.now()
    async.step(64)
    assert.is_true(support.now() - start < 150)
    if jit then return async.run() end -- what its profiler has woken is not suspended
    local longest, limit = 0, support.now() + 3000
    while async.dispatched() > 0 and support.now() < limit do
      start = support.now()
      async.try_take(idle)
      longest = math.max(longest, support.now() - start)
    end
    assert.is_true(longest < 150, tostring(longest))
    async.run()
  end)

  it("lets a task that interrupts wait for those that are suspended", function()
    preempt(5)
    local result = go(function()
      compute(60)
      return "ended"
    end)
    local got
    async.take_async(timeout(10), function() got = async.block_take(result) end)
    assert.is_true(support.busy(3000, function() return got end) ~= nil)
    assert.equal("ended", got)
  end)

  it("takes a suspended go block for no one that waits where it was resumed by hand", function()
    preempt(nil)
    local first, lost, kept, stop, co = chan(), chan(), chan(), false, nil
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

  it("leaves no hook behind", function()
    preempt(2)
    go(compute, 20)
    async.run()
    assert.is_nil((raw.gethook()))
  end)

  it("refuses what is no time and no scope", function()
    support.raises("async.preempt: number expected, got string (argument 1)", preempt, "soon")
    support.raises("async.preempt: number expected, got boolean (argument 1)", preempt, true)
    support.raises("async.preempt: number above 0 expected, got 0 (argument 1)", preempt, 0)
    support.raises("async.preempt: number above 0 expected, got -1 (argument 1)", preempt, -1)
    assert.is_false((pcall(preempt, 0 / 0)))
    support.raises("async.preempt: \"all\" or \"this\" expected, got \"that\" (argument 2)", preempt, 10, "that")
    support.raises("async.preempt: \"all\" or \"this\" expected, got number (argument 2)", preempt, 10, 5)
    support.raises("async.preempt: not in a go block", preempt, 10, "this")
    local co = coroutine.wrap(function() return pcall(preempt, 10, "this") end)
    assert.is_false((co()))
    assert.is_nil((preempt()))
  end)
end)
