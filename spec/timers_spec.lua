-- Timeouts: in order, never early, shared, without a limit on waiters.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local timeout, take_async, block_take = async.timeout, async.take_async, async.block_take
local unpack = table.unpack or unpack

--- Timeouts of the given lengths, made within half a millisecond.
local function at_once(...)
  for _ = 1, 1000 do
    local list, start = {}, more.now()
    for i, ms in ipairs { ... } do list[i] = timeout(ms) end
    if more.now() - start < 0.0005 then return list end
  end
  error "it takes longer in every attempt"
end

local function closing_order(timers)
  local order = {}
  for i, t in ipairs(timers) do
    take_async(t, function(value)
      assert(value == nil)
      order[#order + 1] = i
    end)
  end
  return order
end

describe("timeout", function()
  it("80: closes in the order of the deadlines, not of the calls", function()
    local order = closing_order(at_once(80, 60, 70, 50))
    more.wait_for(function() return #order == 4 end)
    assert.same({ 4, 2, 3, 1 }, order)
  end)

  it("80: keeps that order when the thread slept past all of them", function()
    local order = closing_order(at_once(80, 60, 70, 50))
    more.nap(0.12)
    more.wait_for(function() return #order == 4 end)
    assert.same({ 4, 2, 3, 1 }, order)
  end)

  it("80: keeps it for blocks parked on many timers, made in a scrambled order", function()
    local lengths, log, last = {}, {}, 0
    for i = 0, 19 do lengths[#lengths + 1] = ((i * 7) % 20 + 1) * 10 + 5 end
    local timers = at_once(unpack(lengths))
    for i, t in ipairs(timers) do
      async.go(function()
        async.park_take(t)
        log[#log + 1] = lengths[i]
      end)
    end
    more.nap(0.25)
    more.wait_for(function() return #log == 20 end)
    for _, ms in ipairs(log) do
      assert.is_true(ms > last)
      last = ms
    end
  end)

  it("80: tells deadlines apart that lie a millisecond from each other", function()
    local order = closing_order(at_once(14, 11, 13, 12))
    more.wait_for(function() return #order == 4 end)
    assert.same({ 2, 4, 3, 1 }, order)
  end)

  it("81: gives one channel to equal calls", function()
    local same = 0
    for _ = 1, 20 do
      if timeout(10) == timeout(10) then same = same + 1 end
      assert.are_not.equal(timeout(10), timeout(10.5))
    end
    assert.is_true(same >= 15)
  end)

  it("81: gives a new channel once the old one is closed", function()
    local t = timeout(5)
    block_take(t)
    assert.is_true(t.closed)
    local u = timeout(5)
    assert.is_false(u.closed)
    assert.are_not.equal(t, u)
  end)

  it("82: holds three thousand waiters, and wakes them all", function()
    local awake, parked = 0, 0
    for _ = 1, 3000 do
      take_async(timeout(50), function() awake = awake + 1 end)
    end
    for _ = 1, 3000 do
      async.go(function()
        async.park_take(timeout(50))
        parked = parked + 1
      end)
    end
    more.wait_for(function() return awake + parked == 6000 end)
    assert.equal(3000, awake)
    assert.equal(3000, parked)
  end)

  it("83: of zero or less closes on the next turn", function()
    for _, ms in ipairs { 0, -1, -1e9 } do
      local t, start = timeout(ms), more.now()
      assert.is_true(async.is_chan(t))
      assert.is_nil(block_take(t))
      assert.is_true(t.closed)
      assert.is_true(more.now() - start < 0.05)
    end
  end)

  it("is never early, for whole and broken lengths", function()
    for _, ms in ipairs { 1, 2.5, 9.99, 10, 10.01, 17, 33.3 } do
      local start = more.now()
      block_take(timeout(ms))
      assert.is_true(more.now() - start >= ms / 1000)
    end
  end)

  -- The alarm and the profiler come by the kernel's tick, so they are too coarse to show it.
  it("is on time in a program that was to be interrupted later", function()
    if not can.hook then return end
    local before, late = async.trigger(), {}
    async.trigger "count"
    local far = timeout(60000)
    take_async(far, function() end)
    for i = 1, 15 do
      local fired
      local limit = more.now() + 0.012
      repeat until more.now() > limit
      local wanted = more.now() + 0.002
      take_async(timeout(2), function() fired = more.now() end)
      repeat until fired
      late[i] = fired - wanted
    end
    async.trigger(before)
    async.close(far)
    table.sort(late)
    assert.is_true(late[1] >= 0)
    assert.is_true(late[8] < 0.0015, late[8] .. " s late")
  end)

  it("refuses what is no length of time, and says so by name", function()
    for _, bad in ipairs { "soon", {}, true, 0 / 0 } do
      local ok, err = pcall(timeout, bad)
      assert.is_false(ok)
      assert.truthy(err:find("timeout", 1, true))
    end
    assert.is_false(pcall(timeout))
  end)

  it("stays itself until it fires: open, empty, and a shorter one overtakes it", function()
    local long, short = timeout(200), timeout(20)
    assert.is_false(long.closed)
    assert.is_nil(async.try_take(long))
    local got = async.block_alts { long, short }
    assert.equal(short, got[2])
    assert.is_false(long.closed)
    block_take(long)
    assert.is_true(long.closed)
  end)

  it("counts as pending until it fires", function()
    async.run()
    assert.equal(0, async.stats().timers)
    local t = timeout(50)
    assert.equal(1, async.stats().timers)
    block_take(t)
    assert.equal(0, async.stats().timers)
  end)

  it("is waited for by run", function()
    local log = {}
    async.go(function()
      for i = 1, 3 do
        async.park_take(timeout(5))
        log[i] = i
      end
    end)
    assert.is_true(async.run() > 0)
    assert.same({ 1, 2, 3 }, log)
    assert.equal(0, async.stats().timers)
  end)

  it("is no reason for step to sleep", function()
    local t, start = timeout(200), more.now()
    async.step()
    assert.is_true(more.now() - start < 0.1)
    assert.is_false(t.closed)
    async.run()
  end)
end)
