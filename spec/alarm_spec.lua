-- The alarm: nothing is set while a program computes; a signal sets the hook when something is due. More of it,
-- with threads, forks and signals of the host, is in tests/alarm.
local can = require "spec.support.can"
if not can.alarm then return end

local async = require "async"
local load = require "spec.support.load"
local more = require "spec.support.more"
local raw = require "spec.support.raw"

local chan, go, timeout, take_async = async.chan, async.go, async.timeout, async.take_async
local busy, arithmetic, fifty = load.busy, load.arithmetic, load.fifty

local function hooked() return raw.gethook() ~= nil end

describe("the alarm", function()
  local before = async.trigger()

  before_each(function()
    async.run()
    more.collect()
    assert.equal("alarm", async.trigger "alarm")
  end)

  after_each(function()
    debug.sethook()
    async.trigger(before)
    async.run()
  end)

  --- Was a hook seen in a loop that looks at every turn until `done`? That of an alarm is there for a moment only.
  local function seen(done)
    local found, turns = 0, 0
    busy(function()
      turns = turns + 1
      if hooked() then found = found + 1 end
    end, done, 1)
    return found > turns / 100
  end

  it("sets no hook while something is pending", function()
    local fired
    assert.is_false(hooked())
    take_async(timeout(30), function() fired = true end)
    assert.is_false(seen(function() return fired end))
    assert.is_true(fired)
    assert.equal("alarm", async.stats().trigger)
  end)

  it("is not put off by a program that makes short timeouts all the time", function()
    more.expect_ok [[
      local async, now = require "async", require "system".monotime
      local waits = {}
      for i = 1, 15 do
        local c, start, ran = async.chan(), now(), false
        async.take_async(c, function() ran = true end)
        async.put_async(c, 1)
        while not ran and now() - start < 1 do async.close(async.timeout(2)) end
        waits[i] = now() - start
      end
      table.sort(waits)
      assert(waits[8] < 0.1, waits[8])
      print "ok"
    ]]
  end)

  it("sets none in go blocks either, parked or not", function()
    local c, co, inside = chan(), nil, nil
    local timer = timeout(200)
    go(function()
      co = coroutine.running()
      inside = hooked()
      async.park_take(c)
      busy(arithmetic, function() return false end, 0.05)
      inside = inside or hooked()
      async.park_take(c)
    end)
    async.put_async(c, 1)
    async.step()
    assert.is_false(inside)
    assert.is_nil((raw.gethook(co)))
    async.block_take(timer)
  end)

  for name, run in pairs {
    ["the main thread"] = function(f) return f() end,
    ["a go block"] = function(f)
      local wall, cpu
      go(function() wall, cpu = f() end)
      return wall, cpu
    end,
    ["a coroutine of the program's own"] = function(f) return coroutine.wrap(f)() end,
    ["one within a go block"] = function(f)
      local wall, cpu
      go(function() wall, cpu = coroutine.wrap(f)() end)
      return wall, cpu
    end,
  } do
    it("serves a 50 ms timeout in a busy loop, never early and within 65 ms, on " .. name, function()
      for _ = 1, 5 do
        local wall, cpu = run(function() return fifty(arithmetic) end)
        assert.is_true(wall >= 0.050, "after " .. wall)
        assert.is_true(cpu <= 0.065, "after " .. cpu)
      end
    end)
  end

  it("serves what two coroutines take turns to ask for", function()
    local fired = false
    take_async(timeout(30), function() fired = true end)
    local function asker()
      return coroutine.wrap(function()
        while true do
          timeout(150)
          coroutine.yield()
        end
      end)
    end
    local one, two = asker(), asker()
    local limit = os.clock() + 0.2
    while not fired and os.clock() < limit do
      one()
      two()
    end
    assert.is_true(fired)
  end)

  it("does not mind that who asked is dead and collected", function()
    local fired = false
    for _ = 1, 50 do
      coroutine.wrap(function() timeout(200) end)()
      more.collect()
      busy(arithmetic, function() return false end, 0.003)
    end
    take_async(timeout(20), function() fired = true end)
    busy(arithmetic, function() return fired end, 0.2)
    assert.is_true(fired)
  end)

  it("comes to rest when nothing is pending", function()
    local fired = false
    take_async(timeout(15), function() fired = true end)
    busy(arithmetic, function() return fired end, 1)
    busy(arithmetic, function() return false end, 0.05)
    async.stats(true)
    busy(arithmetic, function() return false end, 0.1)
    assert.equal(0, async.stats().firings)
  end)

  describe("with a go block whose turn is over in a protected call", function()
    after_each(function() async.preempt(nil) end)

    local function compute(seconds) busy(arithmetic, function() return false end, seconds) end

    for name, body in pairs {
      ["one that computes"] = function() compute(0.05) end,
      ["one within another"] = function() async.pcall(compute, 0.05) end,
      ["one that makes others"] = function()
        busy(function() async.pcall(arithmetic) end, function() return false end, 0.05)
      end,
      ["one that spawns"] = function()
        compute(0.05)
        for _ = 1, 10 do go(arithmetic) end
      end,
      ["one with a generator"] = function()
        coroutine.wrap(function()
          for _ = 1, 5 do async.pcall(compute, 0.01) end
        end)()
      end,
    } do
      it("comes seldom, and suspends it when that is over, for " .. name, function()
        async.preempt(5)
        async.stats(true)
        local goes_on = false
        local result = go(function()
          async.pcall(body)
          goes_on = true
          compute(0.05)
          return "ended"
        end)
        assert.is_false(goes_on)
        assert.equal("ended", async.block_take(result))
        assert.is_true(async.stats().firings < 1000, async.stats().firings)
      end)
    end
  end)

  it("leaves coroutines alone that are made and run all the while", function()
    local fired, wrong = false, 0
    local function numbers()
      for i = 1, 20 do coroutine.yield(i) end
    end
    take_async(timeout(60), function() fired = true end)
    local limit = os.clock() + 1
    while not fired and os.clock() < limit do
      local sum, co = 0, coroutine.create(numbers)
      for _ = 1, 20 do
        local _, n = coroutine.resume(co)
        sum = sum + n
      end
      if sum ~= 210 then wrong = wrong + 1 end
      coroutine.resume(co)
      if raw.gethook(co) then wrong = wrong + 1 end
    end
    assert.is_true(fired)
    assert.equal(0, wrong)
  end)

  it("gives way to hooks where somebody else has set one", function()
    local hits = 0
    local function mine() hits = hits + 1 end
    debug.sethook(mine, "", 1000)
    local wall = fifty(arithmetic)
    assert.is_true(wall >= 0.050)
    assert.is_true(hits > 0)
    busy(arithmetic, function() return debug.gethook() == mine end, 1)
    assert.equal(mine, (debug.gethook()))
    debug.sethook()
    local fired = false
    take_async(timeout(20), function() fired = true end)
    assert.is_false(seen(function() return fired end))
  end)

  it("changes over to hooks when a debug hook is set, and back when that is cleared", function()
    local hits, fired = 0, 0
    local function mine() hits = hits + 1 end
    for _ = 1, 3 do take_async(timeout(30), function() fired = fired + 1 end) end
    for _, mask in ipairs { "l", "c", "crl" } do
      debug.sethook(mine, mask)
      assert.equal("count", async.trigger())
      busy(arithmetic, function() return fired >= 3 end, 1)
      debug.sethook()
      assert.is_true(fired >= 3 and hits > 0)
      fired, hits = 0, 0
      assert.equal("alarm", async.trigger())
      for _ = 1, 3 do take_async(timeout(30), function() fired = fired + 1 end) end
      assert.is_false(hooked())
    end
    assert.is_false(seen(function() return fired >= 3 end))
  end)

  it("serves a go block that has a debug hook of its own and was woken", function()
    local c, fired, heard = chan(), false, nil
    go(function()
      debug.sethook(function() end, "c")
      async.park_take(c)
      busy(arithmetic, function() return fired end, 0.5)
      heard = fired
      debug.sethook()
    end)
    local timer = timeout(200)
    take_async(timeout(40), function() fired = true end)
    async.put_async(c, 1)
    async.block_take(timeout(1))
    async.block_take(timer)
    assert.is_true(heard)
  end)

  it("serves a program that spawns all the time", function()
    local fired = false
    take_async(timeout(20), function() fired = true end)
    local limit = os.clock() + 1
    while not fired and os.clock() < limit do
      go(function() end)
      busy(arithmetic, function() return false end, 0.001)
    end
    assert.is_true(fired)
  end)

  it("never takes the place of a hook that is set while something is pending", function()
    local function mine() end
    local timer = timeout(100)
    debug.sethook(mine, "l")
    busy(arithmetic, function() return false end, 0.06)
    assert.equal(mine, (debug.gethook()))
    debug.sethook()
    async.block_take(timer)
  end)

  it("can be changed for the count hook and back while something is pending", function()
    for _ = 1, 5 do
      for _, name in ipairs { "count", "alarm", "none" } do
        local fired = false
        take_async(timeout(10), function() fired = true end)
        assert.equal(name, async.trigger(name))
        assert.equal(name == "count", hooked())
        busy(arithmetic, function() return fired end, name == "none" and 0.03 or 1)
        assert.equal(name ~= "none", fired)
        async.run()
      end
    end
  end)

  it("is set by the variable ASYNC_TRIGGER", function()
    local program = 'io.write(require("async").trigger(), "\\n")'
    assert.equal("alarm\nexit 0\n", more.output("%FILE", program, "ASYNC_TRIGGER=alarm"))
  end)

  it("does not outlive a state that is closed while it is to come", function()
    more.expect_ok [[
      local async = require "async"
      async.trigger "alarm"
      async.take_async(async.timeout(5000), print)
      setmetatable({}, { __gc = function()
        async = nil
        local limit = os.clock() + 0.1
        while os.clock() < limit do end
      end })
      print "ok"
      io.stdout:flush()
      async.go(function() os.exit(0, true) end)
    ]]
  end)

  it("lets commands run", function()
    local timer = timeout(100)
    for _ = 1, 20 do
      local pipe = io.popen "echo here"
      assert.equal("here\n", pipe:read "*a")
      pipe:close()
    end
    async.block_take(timer)
  end)
end)
