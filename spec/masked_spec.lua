-- Work that no task interrupts: async.masked.
local async = require "async"
local can = require "spec.support.can"
local raw = require "spec.support.raw"
local more = require "spec.support.more"
local support = require "spec.support.init"

local masked = async.masked

--- Computes for so many milliseconds, and calls nothing of the library.
local function compute(ms)
  local limit = support.now() + ms
  while support.now() < limit do end -- luacheck: ignore 542
end

describe("masked", function()
  before_each(function() async.run() end)

  it("holds back what becomes due, which is served soon after", function()
    local fired, inside = 0, nil
    async.take_async(async.timeout(10), function() fired = fired + 1 end)
    masked(function()
      compute(40)
      inside = fired
    end)
    assert.equal(0, inside)
    local ended = os.clock()
    support.busy(2000, function() return fired > 0 end)
    assert.equal(1, fired)
    -- The hook looks every 0.1 ms, LuaJIT's profiler every 4 ms.
    assert.is_true(os.clock() - ended < 0.015, "after " .. (os.clock() - ended))
  end)

  it("holds back queued tasks, also those that it queues itself", function()
    local log, c = {}, async.chan()
    async.take_async(c, function(value) log[#log + 1] = value end)
    masked(function()
      async.put_async(c, "value")
      compute(20)
      log[#log + 1] = "over"
    end)
    more.settle()
    assert.same({ "over", "value" }, log)
  end)

  it("nests: only the outermost lets go", function()
    local fired, seen = false, {}
    async.take_async(async.timeout(10), function() fired = true end)
    local result = masked(function()
      local inner = masked(function()
        compute(20)
        return "inner"
      end)
      compute(20)
      seen[1] = fired
      return inner
    end)
    assert.equal("inner", result)
    assert.same({ false }, seen)
    assert.is_true(support.busy(2000, function() return fired end))
  end)

  it("lets an error through, and lets go", function()
    local fired = false
    async.take_async(async.timeout(10), function() fired = true end)
    local thrown = {}
    local _, err = pcall(masked, function() masked(error, thrown) end)
    assert.equal(thrown, err)
    assert.is_true(support.busy(2000, function() return fired end))
    assert.equal(0, async.step())
  end)

  it("may use what does not wait, and spawn go blocks, which may park", function()
    local c, buffered, got = async.chan(), async.chan(1), nil
    local open = masked(function()
      async.go(function() got = async.park_take(c) end)
      assert.is_true(async.try_put(buffered, 1))
      assert.equal(1, async.try_take(buffered))
      return async.put_async(c, "late")
    end)
    assert.is_true(open)
    assert.is_nil(got)
    more.settle()
    assert.equal("late", got)
  end)

  it("says why nothing can park in it", function()
    for _, name in ipairs { "park_take", "take" } do
      local ok, err = more.in_go(function() return async.pcall(masked, async[name], async.chan()) end)
      assert.is_false(ok)
      assert.truthy(err:find("cannot park here: async.masked is between", 1, true), err)
      assert.truthy(err:find("async." .. name, 1, true), err)
    end
  end)

  it("still tells of another obstacle in a coroutine that began within it", function()
    local ok, err = masked(function()
      return coroutine.resume(coroutine.create(function()
        table.sort({ 1, 2 }, function() async.park_take(async.chan()) end)
      end))
    end)
    assert.is_false(ok)
    assert.is_nil(err:find("async.masked", 1, true), err)
  end)

  it("says why nothing can block or run tasks in it", function()
    local before, c = more.parked(), async.chan()
    local calls = {
      block_take = { c }, block_put = { c, 1 }, block_alts = { { c } }, take = { c }, run = {}, step = {},
    }
    for name, args in pairs(calls) do
      local ok, err = pcall(masked, async[name], (table.unpack or unpack)(args))
      assert.is_false(ok)
      assert.truthy(err:find("not within async.masked, which holds tasks back", 1, true), err)
      assert.truthy(err:find("async." .. name, 1, true), err)
    end
    assert.equal(before, async.stats().parked)
  end)

  it("cannot be yielded across", function()
    local ok = coroutine.resume(coroutine.create(function() masked(coroutine.yield) end))
    assert.is_false(ok)
    assert.equal("blocked", async.block_take(async.go(function()
      pcall(masked, coroutine.yield)
      return "blocked"
    end)))
  end)

  it("passes values on as they are", function()
    local packed = more.pack(masked(function(...) return select("#", ...), nil, ... end, nil, false, nil))
    assert.same({ n = 5, 3, nil, nil, false, nil }, packed)
    support.raises("async.masked: function expected, got nil (argument 1)", masked, nil)
    assert.equal("called", masked(setmetatable({}, { __call = function() return "called" end })))
  end)

  if can.hook then
    it("leaves the hook set when something is pending, and none when nothing is", function()
      local before = async.trigger()
      async.trigger "count"
      masked(function() compute(5) end)
      assert.is_nil((raw.gethook()))
      masked(function() async.timeout(20) end)
      assert.is_not_nil((raw.gethook()))
      async.run()
      assert.is_nil((raw.gethook()))
      async.trigger(before)
    end)
  end
end)
