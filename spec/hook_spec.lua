-- What happens while a program computes and calls nothing of the library: the count hook of PUC Lua,
-- which is there only while something is pending, and LuaJIT's profiler (more of that in profile_spec.lua).
local async = require "async"
local can = require "spec.support.can"
local raw = require "spec.support.raw"
local more = require "spec.support.more"
local load = require "spec.support.load"
local x = require "spec.support.xforms"

local chan, go, timeout = async.chan, async.go, async.timeout
local take_async, put_async = async.take_async, async.put_async

local busy, fifty = load.busy, load.fifty
local arithmetic, tables, strings = load.arithmetic, load.tables, load.strings

describe("library operations in a loop", function()
  it("advance timers and callbacks", function()
    async.run()
    local fired, idle = 0, chan()
    for i = 1, 3 do take_async(timeout(10 * i), function() fired = fired + 1 end) end
    local start = more.now()
    while fired < 3 and more.now() - start < 2 do async.try_take(idle) end
    assert.equal(3, fired)
    assert.is_true(more.now() - start >= 0.030)
    assert.is_true(more.now() - start < 1)
  end)

  it("advance parked blocks and queued callbacks, in order and once each", function()
    async.run()
    local log, busy_chan, gate = {}, chan(1), chan()
    for i = 1, 100 do
      go(function()
        async.park_take(gate)
        log[#log + 1] = i
      end)
    end
    for i = 1, 100 do put_async(gate, i) end
    local start = more.now()
    while #log < 100 and more.now() - start < 2 do
      async.try_put(busy_chan, 1)
      async.try_take(busy_chan)
    end
    assert.equal(100, #log)
    for i = 1, 100 do assert.equal(i, log[i]) end
  end)

  it("do so inside a go block too", function()
    async.run()
    local fired = false
    take_async(timeout(10), function() fired = true end)
    go(function()
      local idle, start = chan(), more.now()
      while not fired and more.now() - start < 2 do async.try_take(idle) end
    end)
    assert.is_true(fired)
  end)
end)

describe("a task", function()
  it("never starts inside an operation of the library: a slow step is not interrupted", function()
    async.run()
    local inside, started_inside, fired = false, 0, 0
    local function note()
      fired = fired + 1
      if inside then started_inside = started_inside + 1 end
    end
    local side = chan()
    local c = chan(1, x.map(function(value)
      inside = true
      take_async(timeout(0), note)
      take_async(side, note)
      put_async(side, 1)
      busy(arithmetic, function() return false end, 0.04)
      async.try_take(side)
      inside = false
      return value
    end))
    take_async(timeout(10), note)
    go(function()
      async.park_take(timeout(20))
      note()
    end)
    assert.is_true(put_async(c, "v"))
    async.run()
    assert.equal(0, started_inside)
    assert.equal(4, fired)
    assert.equal("v", async.block_take(c))
  end)

  it("never starts inside the error handler of a channel, nor inside a close", function()
    async.run()
    local inside, started_inside, fired = false, 0, 0
    local function slow()
      inside = true
      busy(arithmetic, function() return false end, 0.03)
      inside = false
    end
    local c = chan(1, x.map(function() error "step" end), slow)
    local d = chan(1, x.on_complete(function(_, acc)
      slow()
      return acc
    end))
    for i = 1, 5 do
      take_async(timeout(i * 10), function()
        fired = fired + 1
        if inside then started_inside = started_inside + 1 end
      end)
    end
    put_async(c, 1)
    async.close(d)
    async.run()
    assert.equal(0, started_inside)
    assert.equal(5, fired)
  end)

  it("runs once, though hooks, steps and waits all look at the same queue", function()
    async.run()
    local runs, count = {}, 300
    for i = 1, count do
      runs[i] = 0
      local t = timeout(i % 40)
      take_async(t, function()
        runs[i] = runs[i] + 1
        if i % 50 == 0 then async.block_take(timeout(1)) end
        if i % 7 == 0 then async.step(3) end
        if i % 11 == 0 then arithmetic() end
      end)
    end
    busy(arithmetic, function() return false end, 0.02)
    async.step(10)
    busy(strings, function() return false end, 0.02)
    async.run()
    for i = 1, count do assert.equal(1, runs[i]) end
  end)
end)

if not can.hook then
  describe("on LuaJIT", function()
    it("no debug hook is ever set", function()
      local t = timeout(20)
      take_async(t, function() end)
      put_async(chan(1), 1, function() end, false)
      assert.is_nil((raw.gethook()))
      go(function()
        assert.is_nil((raw.gethook()))
        async.park_take(t)
      end)
      async.block_take(t)
      async.run()
      assert.is_nil((raw.gethook()))
    end)

    it("a foreign hook is never touched", function()
      local function mine() end
      for _, mask in ipairs { "l", "c", "r" } do
        debug.sethook(mine, mask)
        async.block_take(timeout(5))
        go(function() async.park_take(timeout(5)) end)
        async.run()
        local now, now_mask = debug.gethook()
        debug.sethook()
        assert.equal(mine, now)
        assert.equal(mask, now_mask)
      end
    end)
  end)
end

-- Processor time after which a callback must have run. The profiler looks every few milliseconds.
local LATEST = jit and 0.075 or 0.065

describe("a busy loop that calls nothing of the library", function()
  before_each(function()
    async.run()
    more.collect() -- so that no collection of other tests' garbage takes long
  end)

  --- Each time not before 50 ms, and in time once in a few: other processes may take the processor.
  local function expect_in_time(attempt)
    local wall, cpu
    for _ = 1, 5 do
      wall, cpu = attempt()
      assert.is_true(wall >= 0.050, "after " .. wall)
      if cpu <= LATEST then return end
    end
    error("after " .. cpu)
  end

  it("is interrupted by a 50 ms timeout after 50 to 65 ms, on LuaJIT 75", function()
    expect_in_time(function() return fifty(arithmetic) end)
  end)

  it("is interrupted just so inside a go block", function()
    expect_in_time(function()
      local wall, cpu
      go(function() wall, cpu = fifty(arithmetic) end)
      return wall, cpu
    end)
  end)

  it("is interrupted just so inside a go block that parked before", function()
    expect_in_time(function()
      local wall, cpu, c = nil, nil, chan()
      go(function()
        async.park_take(c)
        wall, cpu = fifty(arithmetic)
      end)
      put_async(c, 1)
      async.step()
      return wall, cpu
    end)
  end)

  if not jit then
    it("is interrupted just so inside a go block that was itself woken by the hook", function()
      expect_in_time(function()
        local wall, cpu, c = nil, nil, chan()
        go(function()
          async.park_take(c)
          wall, cpu = fifty(arithmetic)
        end)
        put_async(c, 1)
        busy(arithmetic, function() return wall end, 1)
        return wall, cpu
      end)
    end)
  end

  it("is interrupted while it works on tables and on strings", function()
    for _, work in ipairs { tables, strings } do
      expect_in_time(function() return fifty(work) end)
    end
  end)

  it("lets queued tasks run without any timer", function()
    local ran, c = false, chan()
    take_async(c, function() ran = true end)
    put_async(c, 1)
    busy(arithmetic, function() return ran end, 1)
    assert.is_true(ran)
  end)

  it("lets a parked block run in steps, each from the hook", function()
    local log = {}
    go(function()
      for i = 1, 5 do
        async.park_take(timeout(5))
        log[i] = i
      end
    end)
    busy(arithmetic, function() return #log == 5 end, 2)
    assert.same({ 1, 2, 3, 4, 5 }, log)
  end)
end)

if jit then return end

describe("the interval between two batches", function()
  -- The alarm comes with the kernel's tick, which counts processor time in steps of up to 4 ms.
  local alarm = async.trigger() == "alarm"
  local tick = alarm and 4 or 0

  --- Works for 300 ms with something pending; what stats says, and how long we did not have the processor.
  local function measure(work)
    async.run()
    more.collect()
    take_async(timeout(320), function() end)
    async.stats(true)
    local wall, cpu = more.now(), os.clock()
    work()
    local stolen = (more.now() - wall) - (os.clock() - cpu)
    local stats = async.stats()
    async.run()
    return stats, stolen * 1000
  end

  local function steadily(work)
    local function never() return false end
    return function() busy(work, never, 0.3) end
  end

  local function abruptly()
    local function never() return false end
    for _ = 1, 3 do
      busy(arithmetic, never, 0.05)
      busy(strings, never, 0.05)
    end
  end

  local loads = {
    arithmetic = steadily(arithmetic),
    tables = steadily(tables),
    strings = steadily(strings),
    ["an abrupt change"] = abruptly,
  }
  for name, work in pairs(loads) do
    it("is ten milliseconds for " .. name, function()
      local fault
      for _ = 1, 6 do -- other processes may take the processor: look for a quiet moment
        local stats, stolen = measure(work)
        local share = stolen / stats.interval_count
        local median, max = stats.interval_ms_median, stats.interval_ms_max
        fault = stats.interval_count < 15 and ("only %d intervals"):format(stats.interval_count)
          or (median < 9 - tick - share or median > 11 + tick + share) and ("median %g ms"):format(median)
          or max >= 15 + tick + stolen and ("longest %g ms"):format(max)
        assert.is_true(stats.firings >= stats.batches and stats.batches > 0)
        assert.is_true(alarm or stats.instructions_per_10ms > 0)
        if not fault then return end
      end
      assert.is_falsy(fault)
    end)
  end
end)

describe("the library's hook", function()
  local before = async.trigger()

  before_each(function()
    async.run()
    async.trigger "count"
  end)

  after_each(function() async.trigger(before) end)

  it("is told of by name", function() assert.equal("count", async.stats().trigger) end)

  --- A hook is set on the coroutine that runs.
  local function hooked()
    return raw.gethook() ~= nil
  end

  it("is there while a timer or a task is pending, and at no other time", function()
    assert.is_false(hooked())
    local t = timeout(50)
    assert.is_true(hooked())
    async.block_take(t)
    assert.is_false(hooked())
    local c = chan()
    take_async(c, function() end)
    assert.is_false(hooked())
    put_async(c, 1)
    assert.is_true(hooked())
    more.settle()
    assert.is_false(hooked())
  end)

  it("takes itself off when a busy loop has seen the last timer", function()
    local fired = false
    take_async(timeout(15), function() fired = true end)
    busy(arithmetic, function() return fired end, 1)
    assert.is_true(fired)
    busy(arithmetic, function() return not hooked() end, 0.1)
    assert.is_false(hooked())
  end)

  it("is not on a go block that runs while nothing is pending", function()
    local seen, c = {}, chan()
    local co
    go(function()
      co = coroutine.running()
      seen[1] = hooked()
      async.park_take(c)
      seen[2] = hooked()
      async.park_take(timeout(5))
      seen[3] = hooked()
      async.park_take(c)
    end)
    assert.is_false(hooked())
    put_async(c, 1)
    async.run()
    assert.same({ false, false, false }, seen)
    assert.is_nil((raw.gethook(co)))
    assert.is_false(hooked())
  end)

  it("leaves a coroutine that was made meanwhile", function()
    local seen = {}
    take_async(timeout(15), function() end)
    local co = coroutine.create(function()
      coroutine.yield()
      for _ = 1, 200 do arithmetic() end
      seen[1] = hooked()
    end)
    coroutine.resume(co)
    async.run()
    assert(coroutine.resume(co))
    assert.same({ false }, seen)
    assert.is_false(hooked())
  end)

  it("is gone after errors, blocking waits and alts", function()
    pcall(async.block_take, chan())
    assert.is_false(hooked())
    more.reported(function() go(error, "x") end)
    assert.is_false(hooked())
    async.block_alts { chan(), timeout(5) }
    assert.is_false(hooked())
    more.in_go(function() async.park_alts { chan(), timeout(5) } end)
    async.run()
    assert.is_false(hooked())
  end)

  it("does not cost more the deeper the stack is", function()
    local function at_depth(depth)
      if depth > 0 then
        local result = at_depth(depth - 1)
        return result
      end
      for _ = 1, 300 do arithmetic() end
      return hooked()
    end
    local function seconds_at(depth)
      local start = os.clock()
      local still = at_depth(depth)
      return os.clock() - start, still
    end
    at_depth(can.depth) -- the stack has its size from now on
    local timer = timeout(1200)
    local flat = seconds_at(0)
    local deep, still = seconds_at(can.depth)
    async.block_take(timer)
    assert.is_true(deep < 5 * flat + 0.1, ("%g s against %g s"):format(deep, flat))
    assert.is_true(still)
  end)

  it("is not set by what completes at once", function()
    local c = chan(2)
    put_async(c, 1, function() end)
    take_async(c, function() end)
    async.try_put(c, 1)
    async.block_take(c)
    go(function() return 1 end)
    async.close(c)
    assert.is_false(hooked())
  end)
end)
