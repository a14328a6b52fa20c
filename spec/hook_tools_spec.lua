-- Tools that live on debug hooks, coverage and a debugger, find the same with timers firing all the while.
if not require("spec.support.can").hook then return end

local async = require "async"
local coverage = require "spec.support.coverage"
local stepper = require "spec.support.stepper"
local program = require "spec.support.tools_program"

local FILE = "tools_program.lua"

describe("with timers firing,", function()
  local fired, over

  --- Three callbacks again and again, and a go block.
  local function start()
    fired, over = 0, false
    local function again()
      fired = fired + 1
      if not over then async.take_async(async.timeout(2), again) end
    end
    for _ = 1, 3 do again() end
    async.go(function()
      while not over do
        async.park_take(async.timeout(1))
        fired = fired + 1
      end
    end)
    fired = 0
  end

  local function stop()
    local before = fired
    over = true
    async.run()
    return before
  end

  before_each(function() async.run() end)

  it("a coverage tool counts each line as often", function()
    local plain, result = coverage.of(function() return program(60) end, FILE)
    start()
    local timed, timed_result = coverage.of(function() return program(60) end, FILE)
    assert.is_true(stop() > 0)
    assert.same(plain, timed)
    assert.equal(result, timed_result)
    -- In a coroutine, in a function that C calls, and only every fifth time.
    assert.equal(60 * 59, plain[10])
    assert.equal(48 * 6, plain[27])
    assert.equal(60 * 17, plain[37])
    assert.equal(12, plain[41])
  end)

  it("a debugger stops at the same places and finds the same there", function()
    local breakpoints = { [3] = true, [10] = true, [27] = true, [41] = true }
    local plain, result = stepper.trace(function() return program(10) end, FILE, breakpoints)
    start()
    local timed, timed_result = stepper.trace(function() return program(10) end, FILE, breakpoints)
    assert.is_true(stop() > 0)
    assert.is_true(#plain > 1000)
    assert.same(plain, timed)
    assert.equal(result, timed_result)
    assert.is_true(result >= program(10) + 1000, "it has changed a local")
  end)
end)
