-- Timers in coroutines of the program's own: what async.track_coroutines changes, and what it does not.
local async = require "async"
local can = require "spec.support.can"
local raw = require "spec.support.raw"
local load = require "spec.support.load"
local more = require "spec.support.more"
local support = require "spec.support.init"

local arithmetic = load.arithmetic

local resume, wrap = coroutine.resume, coroutine.wrap
local create, yield = coroutine.create, coroutine.yield
local pack = more.pack

-- Processor time after which a 50 ms timeout's callback must have run.
local LATEST = jit and 0.075 or 0.065

--- A coroutine that was there before any hook computes with a 50 ms timeout pending.
local function fifty_in(start)
  local wall, cpu
  local run = start(function()
    yield()
    wall, cpu = load.fifty(arithmetic)
  end)
  run()
  run()
  return wall, cpu
end

--- The same with the timeout made by somebody else, so that no operation sets a hook in the coroutine.
local function within(start)
  local fired, seen = false, nil
  local run = start(function()
    yield()
    load.busy(arithmetic, function() return fired end, 0.3)
    seen = fired
  end)
  run()
  local begun = os.clock()
  local elapsed
  async.take_async(async.timeout(50), function()
    fired = true
    elapsed = os.clock() - begun
  end)
  run()
  return seen, elapsed
end

local starts = {
  resume = function(f)
    local co = create(f)
    return function() return assert(coroutine.resume(co)) end
  end,
  wrap = function(f) return coroutine.wrap(f) end,
}

describe("track_coroutines", function()
  before_each(function()
    async.run()
    more.collect()
  end)
  after_each(function()
    async.track_coroutines(false)
    coroutine.resume, coroutine.wrap = resume, wrap -- luacheck: ignore 122
    async.run()
  end)

  for name, start in pairs(starts) do
    it("lets a timeout interrupt a busy coroutine of coroutine." .. name .. " in time", function()
      assert.is_true(async.track_coroutines())
      local seen, elapsed = within(start)
      assert.is_true(seen)
      assert.is_true(elapsed <= LATEST, "after " .. elapsed)
      local wall, cpu = fifty_in(start)
      assert.is_true(wall >= 0.050)
      assert.is_true(cpu <= LATEST, "after " .. cpu)
    end)

    it("lets it interrupt one within another of coroutine." .. name, function()
      async.track_coroutines()
      local seen, elapsed
      local run = start(function() seen, elapsed = within(start) end)
      run()
      assert.is_true(seen)
      assert.is_true(elapsed <= LATEST, "after " .. elapsed)
    end)

    it("lets it interrupt one within a go block of coroutine." .. name, function()
      async.track_coroutines()
      local fired, seen, c = false, nil, async.chan()
      async.go(function()
        local run = start(function()
          yield()
          load.busy(arithmetic, function() return fired end, 0.3)
          seen = fired
        end)
        run()
        async.park_take(c)
        run()
      end)
      async.take_async(async.timeout(30), function() fired = true end)
      async.put_async(c, 1)
      async.run()
      assert.is_true(seen)
    end)
  end

  if can.hook then
    it("is what it takes: without, the coroutine is not interrupted", function()
      assert.is_false((within(starts.resume)))
    end)

    it("replaces two functions once, and puts them back", function()
      async.track_coroutines()
      local ours = coroutine.resume
      assert.are_not.equal(resume, ours)
      assert.are_not.equal(wrap, coroutine.wrap)
      assert.is_true(async.track_coroutines(true))
      assert.equal(ours, coroutine.resume)
      assert.equal(create, coroutine.create)
      assert.is_false(async.track_coroutines(false))
      assert.equal(resume, coroutine.resume)
      assert.equal(wrap, coroutine.wrap)
      assert.is_false(async.track_coroutines(false))
      local co = create(function() return "still works" end)
      assert.same({ true, "still works" }, { ours(co) })
    end)

    it("leaves what somebody else has put there since", function()
      async.track_coroutines()
      local ours = coroutine.resume
      local function theirs(...) return ours(...) end
      coroutine.resume = theirs -- luacheck: ignore 122
      assert.is_true(async.track_coroutines())
      assert.equal(theirs, coroutine.resume)
      async.track_coroutines(false)
      assert.equal(theirs, coroutine.resume)
      assert.equal(wrap, coroutine.wrap)
      coroutine.resume = ours -- luacheck: ignore 122
      async.track_coroutines(false)
      assert.equal(resume, coroutine.resume)
    end)

    it("leaves functions alone that are not Lua's own, and says so", function()
      local function theirs(...) return resume(...) end
      coroutine.resume = theirs -- luacheck: ignore 122
      assert.is_false(async.track_coroutines())
      assert.equal(theirs, coroutine.resume)
      for _, other in ipairs { async.go, io.write, 5, false } do
        coroutine.resume = other -- luacheck: ignore 122
        async.track_coroutines()
        if other == io.write then
          assert.is_false((pcall(coroutine.resume, create(function() end))))
        end
      end
    end)

    it("sets no hook when nothing is pending, and takes off one that was left", function()
      local before = async.trigger()
      async.trigger "count"
      async.track_coroutines()
      local t = async.timeout(20)
      local seen
      local co = create(function()
        seen = raw.gethook() ~= nil
        yield()
        seen = raw.gethook() ~= nil
        yield()
      end)
      coroutine.resume(co)
      assert.is_true(seen)
      assert.is_not_nil((raw.gethook()))
      async.block_take(t)
      coroutine.resume(co)
      assert.is_false(seen)
      assert.is_nil((raw.gethook(co)))
      assert.is_nil((raw.gethook()))
      async.trigger(before)
    end)

    it("keeps a debug hook that a coroutine has", function()
      async.track_coroutines()
      local lines = 0
      local co = create(function()
        yield()
        local n = 0
        n = n + 1
        return n
      end)
      coroutine.resume(co)
      local function count() lines = lines + 1 end
      debug.sethook(co, count, "l")
      async.timeout(20)
      coroutine.resume(co)
      assert.is_true(lines >= 3)
      assert.equal(count, (debug.gethook(co)))
      async.run()
    end)
  else
    it("does nothing, since nothing is needed", function()
      assert.is_true(async.track_coroutines())
      assert.is_true(async.track_coroutines(false))
      assert.equal(resume, coroutine.resume)
      assert.equal(wrap, coroutine.wrap)
    end)
  end

  it("refuses what is no boolean", function()
    for _, bad in ipairs { 5, "on", {} } do
      support.raises("async.track_coroutines: boolean expected, got " .. type(bad), async.track_coroutines, bad)
    end
    support.raises("boolean expected, got nil (argument 1)", async.track_coroutines, nil)
  end)
end)

-- Everything that a program can see of coroutines, as text and values.
local function behaviour()
  local log = {}
  local function note(...) log[#log + 1] = pack(...) end
  local function anything(co) return (tostring(co):gsub("0x%x+", "")) end
  local echo = create(function(...)
    note("begun", ...)
    note("again", yield(nil, 1, nil))
    return nil, nil
  end)
  note(coroutine.resume(echo, nil, false, nil))
  note(coroutine.status(echo))
  note(coroutine.resume(echo))
  note(coroutine.status(echo))
  note(coroutine.resume(echo, 1))
  local wrapped = coroutine.wrap(function(...)
    note("begun", ...)
    note("again", yield(...))
    note(coroutine.isyieldable and coroutine.isyieldable())
    note((select("#", coroutine.running())))
    return nil
  end)
  note(type(wrapped))
  note(wrapped(nil, 2, nil))
  note(wrapped(nil, nil))
  note(pcall(wrapped))
  note(pcall(function() return wrapped() end))
  local thrown = {}
  for _, value in pairs { "text", 5, true, thrown } do
    note(coroutine.resume(create(function() error(value) end)))
    note(pcall(function()
      local failing = coroutine.wrap(function() error(value) end)
      failing()
    end))
    note(pcall(coroutine.wrap(function() error(value, 0) end)))
  end
  for _, bad in ipairs { 5, "x", {}, print } do
    note(pcall(function() coroutine.resume(bad) end))
    note(pcall(function() local r = coroutine.resume; r(bad) end))
    note(pcall(coroutine.resume, bad))
    if type(bad) ~= "function" then
      note(pcall(function() coroutine.wrap(bad) end))
    end
  end
  note(pcall(function() coroutine.resume() end))
  note(pcall(function() coroutine.wrap() end))
  local me
  me = create(function()
    note(coroutine.resume(me))
    note(coroutine.resume(create(function() return coroutine.status(me), coroutine.resume(me) end)))
    for value in coroutine.wrap(function()
      for i = 1, 3 do yield(i) end
    end) do
      yield(value)
    end
    local traced
    coroutine.resume(create(function() traced = debug.traceback "trace" end))
    note(traced:gsub("0x%x+", ""))
    return "end"
  end)
  for _ = 1, 5 do note(coroutine.resume(me)) end
  note(anything(me):match "%a+")
  local deep = coroutine.wrap(function() return select("#", yield()) end)
  deep()
  note(deep((table.unpack or unpack)({}, 1, 200)))
  note(select("#", coroutine.resume(create(function() return (table.unpack or unpack)({}, 1, 200) end))))
  if can.close then
    local closed = create(function() yield() end)
    coroutine.resume(closed)
    note(coroutine.close(closed))
    note(coroutine.resume(closed))
  end
  return log
end

describe("coroutine functions", function()
  it("do the same to the last word while they are tracked, with something pending and with nothing", function()
    async.run()
    local plain = behaviour()
    async.track_coroutines()
    local tracked = behaviour()
    async.timeout(100)
    local pending = behaviour()
    async.track_coroutines(false)
    async.run()
    assert.is_true(#plain > 50, #plain .. " notes")
    assert.same(plain, tracked)
    assert.same(plain, pending)
  end)

  it("keep coroutines in which go blocks and generators mix working", function()
    async.run()
    async.track_coroutines()
    local c, sum = async.chan(), 0
    async.go(function()
      local values = coroutine.wrap(function()
        for i = 1, 100 do yield(i) end
      end)
      for value in values do async.park_put(c, value) end
      async.close(c)
    end)
    async.timeout(5)
    for value in c:iter() do sum = sum + value end
    async.track_coroutines(false)
    assert.equal(5050, sum)
  end)

  it("are collected as ever", function()
    async.track_coroutines()
    local weak = setmetatable({}, { __mode = "v" })
    async.timeout(5)
    do
      local co = create(function() yield() end)
      local wrapped = coroutine.wrap(function() yield() end)
      coroutine.resume(co)
      wrapped()
      weak[1], weak[2] = co, wrapped
    end
    async.run()
    async.track_coroutines(false)
    more.collect()
    assert.is_nil(weak[1])
    assert.is_nil(weak[2])
  end)
end)
