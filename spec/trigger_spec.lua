-- What interrupts a program that computes can be asked and switched off.
local async = require "async"
local more = require "spec.support.more"
local raw = require "spec.support.raw"
local support = require "spec.support.init"

local can = require "spec.support.can"

local before = async.trigger()
local TRIGGER = jit and "profile" or "count"

-- Computes until `done`, for two seconds at most.
local function compute_until(done)
  local limit = support.now() + 2000
  while not done() and support.now() < limit do end -- luacheck: ignore 542
  assert.is_true(done())
end

describe("trigger", function()
  before_each(function() async.trigger(TRIGGER) end)
  after_each(function()
    async.trigger(before)
    async.run()
  end)

  it("tells what is used, as stats does", function()
    assert.equal(TRIGGER, async.trigger())
    assert.equal("none", async.trigger("none"))
    assert.equal("none", async.trigger())
    assert.equal("none", async.stats().trigger)
    assert.equal(TRIGGER, async.trigger(TRIGGER))
    assert.equal(TRIGGER, async.stats().trigger)
  end)

  it("switched off, sets no hook and interrupts nothing", function()
    local fired = false
    async.trigger("none")
    async.take_async(async.timeout(10), function() fired = true end)
    assert.is_nil((raw.gethook()))
    local limit = support.now() + 60
    while support.now() < limit do end -- luacheck: ignore 542
    assert.is_false(fired)
    async.run()
    assert.is_true(fired)
  end)

  it("switched off while a timer is pending, takes the hook off", function()
    async.timeout(10)
    async.trigger("none")
    assert.is_nil((raw.gethook()))
  end)

  it("switched off, leaves timers and tasks to operations", function()
    local fired = false
    async.trigger("none")
    async.take_async(async.timeout(10), function() fired = true end)
    local c, limit = async.chan(), support.now() + 2000
    while not fired and support.now() < limit do async.try_take(c) end
    assert.is_true(fired)
  end)

  it("switched on again, serves what was pending all along", function()
    local fired = false
    async.trigger("none")
    async.take_async(async.timeout(10), function() fired = true end)
    async.trigger(TRIGGER)
    local limit = support.now() + 2000
    while not fired and support.now() < limit do end
    assert.is_true(fired)
  end)

  it("switched off by a task that interrupts, can be switched on again", function()
    local off, fired = false, false
    async.take_async(async.timeout(5), function()
      off = true
      async.trigger("none")
    end)
    compute_until(function() return off end)
    assert.equal("none", async.trigger())
    async.take_async(async.timeout(10), function() fired = true end)
    assert.equal(TRIGGER, async.trigger(TRIGGER))
    compute_until(function() return fired end)
  end)

  it("switched off in a coroutine, interrupts those that go on below it no more", function()
    local ran
    local function compute(ms)
      local limit = support.now() + ms
      compute_until(function() return support.now() > limit end)
    end
    repeat
      ran = false
      async.put_async(async.chan(1), 1, function() ran = true end, false)
      -- The hook has been there, but brings up no batch so early, as a rule.
      compute(1)
    until not ran
    coroutine.wrap(function() async.trigger "none" end)()
    compute(60)
    assert.is_false(ran)
  end)

  it("refuses a name that is none", function()
    local names = can.alarm and '"count", "alarm"' or ('"%s"'):format(TRIGGER)
    local expected = ('async.trigger: %s or "none" expected, got '):format(names)
    support.raises(expected .. '"bell" (argument 1)', async.trigger, "bell")
    support.raises(expected .. "nil (argument 1)", async.trigger, nil)
    support.raises(expected .. "number (argument 1)", async.trigger, 5)
    assert.equal(TRIGGER, async.trigger())
  end)

  it("is set by the variable ASYNC_TRIGGER", function()
    local program = 'io.write(require("async").trigger(), "\\n")'
    assert.equal("none\nexit 0\n", more.output("%FILE", program, "ASYNC_TRIGGER=none"))
    assert.equal(TRIGGER .. "\nexit 0\n", more.output("%FILE", program, "ASYNC_TRIGGER=" .. TRIGGER))
  end)

  it("is the usual one with an empty variable", function()
    local program = 'io.write(require("async").trigger(), "\\n")'
    local usual = more.output("%FILE", program, "-u ASYNC_TRIGGER")
    assert.truthy(usual:find "exit 0")
    assert.equal(usual, more.output("%FILE", program, "ASYNC_TRIGGER="))
  end)

  it("is not set by a variable with a name that is none, and the error tells which variable", function()
    local names = can.alarm and '"count", "alarm"' or ('"%s"'):format(TRIGGER)
    local expected = ('async: ASYNC_TRIGGER: %s or "none" expected, got "%%s"\nexit 0\n'):format(names)
    local program = 'print(select(2, pcall(require, "async")))'
    for _, name in ipairs { "some", jit and "count" or "profile" } do
      assert.equal(expected:format(name), more.output("%FILE", program, "ASYNC_TRIGGER=" .. name))
    end
  end)
end)
