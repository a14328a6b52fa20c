local async = require("async")
local support = require("spec.support.init")

local COUNT = 100

-- Lua work that a debug hook can see: never compiled.
local function spin(turns)
  local sum = 0
  for i = 1, turns do sum = sum + i % 7 end
  return sum
end
if _G.jit then _G.jit.off(spin) end

describe("18: a debug hook of the user survives", function()
  local fired, hook

  before_each(function()
    fired = 0
    hook = function() fired = fired + 1 end
    debug.sethook(hook, "", COUNT)
  end)

  after_each(function() debug.sethook() end)

  local function still_there()
    local now, mask, count = debug.gethook()
    assert.equal(hook, now)
    assert.equal("", mask)
    assert.equal(COUNT, count)
    local before = fired
    spin(20000)
    assert.is_true(fired - before >= 100, fired - before .. " firings")
  end

  it("when timers and tasks are made on the main thread", function()
    async.timeout(10)
    async.put_async(async.chan(1), 1, function() end, false)
    support.T(20)
    async.run()
    still_there()
  end)

  it("when they are made in coroutines", function()
    local results = {}
    for i = 1, 20 do
      results[i] = async.go(function()
        async.put_async(async.chan(1), 1, function() end, false)
        async.park_take(async.timeout(5))
        async.timeout(5)
        return i
      end)
    end
    coroutine.wrap(function() async.timeout(10) end)()
    for i = 1, 20 do assert.equal(i, async["<!!"](results[i])) end
    async.run()
    still_there()
  end)

  it("and keeps firing while something is pending", function()
    coroutine.wrap(function() async.timeout(50) end)()
    local before = fired
    spin(20000)
    assert.is_true(fired - before >= 100, fired - before .. " firings")
    async.run()
    still_there()
  end)

  it("and a line hook sees its lines", function()
    local lines = 0
    local function by_line() lines = lines + 1 end
    async.timeout(20)
    debug.sethook(by_line, "l")
    coroutine.wrap(function() async.timeout(10) end)()
    async.run()
    local before = lines
    spin(10)
    assert.is_true(lines > before)
    assert.equal(by_line, (debug.gethook()))
  end)
end)

describe("18: clearing all hooks does not stop the library for good", function()
  it("pending work goes on after the next operation", function()
    local fired = false
    async.take_async(async.timeout(30), function() fired = true end)
    debug.sethook()
    support.T(1)
    assert.is_false(fired)
    assert.is_true(support.busy(2000, function() return fired end))
    async.run()
    assert.is_nil((debug.gethook()))
  end)
end)
