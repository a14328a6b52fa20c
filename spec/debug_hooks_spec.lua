-- debug.sethook and debug.gethook, which the library replaces where its own trigger is such a hook: a program
-- finds there what it has set, and never the library's.
if not require("spec.support.can").hook then return end

local async = require "async"
local hooklog = require "hooklog"
local load = require "spec.support.load"
local more = require "spec.support.more"
local raw = require "spec.support.raw"

local take_async, timeout = async.take_async, async.timeout
local busy, arithmetic = load.busy, load.arithmetic

local function never() return false end

--- All that gethook says, one value less on 5.4 and later if there is none.
local function what(...) return more.pack(debug.gethook(...)) end

--- What it says where nobody has set any.
local none = more.pack(raw.gethook(coroutine.create(never)))

describe("debug.gethook", function()
  local before = async.trigger()

  before_each(function()
    async.run()
    async.trigger "count"
  end)
  after_each(function()
    debug.sethook()
    async.trigger(before)
    async.run()
  end)

  it("tells of no hook when only the library's is set", function()
    timeout(10)
    assert.equal("external hook", (raw.gethook()))
    assert.same(none, what())
    assert.same(none, what(coroutine.running() or coroutine.create(never)))
  end)

  it("tells what the program has set: before, while timers run, in coroutines", function()
    local function mine() end
    for _, hook in ipairs { { "l", 0 }, { "c", 0 }, { "crl", 7 }, { "", 1000 }, { "r", 90 }, { "cr", 0 } } do
      debug.sethook(mine, hook[1], hook[2])
      local alone = what()
      timeout(10)
      assert.same(alone, what())
      debug.sethook(mine, hook[1], hook[2])
      assert.same(alone, what())
      assert.equal("external hook", (raw.gethook()))
      local co = coroutine.create(never)
      debug.sethook(co, mine, hook[1], hook[2])
      assert.same(alone, what(co))
      debug.sethook()
      assert.same(none, what())
      async.run()
      assert.same(none, what())
    end
  end)

  it("tells of a hook in C as ever", function()
    timeout(10)
    hooklog.set("l", 0)
    local alone = what()
    assert.equal("external hook", alone[1])
    timeout(10)
    assert.same(alone, what())
    hooklog.clear()
    hooklog.take()
    assert.same(none, what())
  end)

  it("asked all the time does not keep timers from firing", function()
    local fired, limit = false, os.clock() + 2
    take_async(timeout(20), function() fired = true end)
    while not fired and os.clock() < limit do
      for _ = 1, 10 do debug.gethook() end
    end
    assert.is_true(fired)
  end)

  it("and sethook raise the errors that Lua's own raise", function()
    timeout(10)
    local errors = raw.errors()
    assert.equal(4, #errors)
    assert.same(raw.said, errors)
    assert.equal("C", debug.getinfo(debug.sethook, "S").what)
    -- What is refused changes nothing.
    assert.equal("external hook", (raw.gethook()))
  end)

  it("is replaced once", function()
    local sethook, gethook = debug.sethook, debug.gethook
    package.loaded["async.hooks"] = nil
    require "async.hooks"
    assert.equal(sethook, debug.sethook)
    assert.equal(gethook, debug.gethook)
    assert.are_not.equal(raw.sethook, sethook)
  end)

  it("of somebody else's is left alone", function()
    local sethook = debug.sethook
    local function mine(...) return sethook(...) end
    rawset(debug, "sethook", mine)
    package.loaded["async.hooks"] = nil
    require "async.hooks"
    local found = debug.sethook
    rawset(debug, "sethook", sethook)
    assert.equal(mine, found)
  end)
end)

describe("a debug hook", function()
  local hits
  local function mine() hits = hits + 1 end

  before_each(function()
    async.run()
    hits = 0
  end)
  after_each(function()
    debug.sethook()
    async.run()
  end)

  --- Does `f` in a callback that runs while the program computes, and computes on.
  local function in_callback(f)
    local done, later = false, false
    take_async(timeout(10), function()
      f()
      done = true
    end)
    take_async(timeout(40), function() later = true end)
    busy(arithmetic, function() return done end, 2)
    local seen = debug.gethook()
    local before = hits
    busy(arithmetic, function() return later end, 2)
    assert.is_true(done and later)
    return seen, hits > before
  end

  for _, mask in ipairs { "l", "c", "" } do
    local count = mask == "" and 100 or 0

    it(("%q that a task clears stays cleared"):format(mask), function()
      debug.sethook(mine, mask, count)
      local seen, firing = in_callback(function() debug.sethook() end)
      assert.is_nil(seen)
      assert.is_false(firing)
      assert.is_nil((debug.gethook()))
    end)

    it(("%q that a task sets is set"):format(mask), function()
      local seen, firing = in_callback(function() debug.sethook(mine, mask, count) end)
      assert.equal(mine, seen)
      assert.is_true(firing)
    end)

    it(("%q that a task changes for another is that other"):format(mask), function()
      debug.sethook(mine, mask, count)
      local others = 0
      local function other() others = others + 1 end
      local seen, firing = in_callback(function() debug.sethook(other, "l", 50) end)
      assert.equal(other, seen)
      assert.is_false(firing)
      assert.is_true(others > 0)
      local _, other_mask, other_count = debug.gethook()
      assert.same({ "l", 50 }, { other_mask, other_count })
    end)
  end

  it("set behind the library's back goes first, and timers go on at the next operation", function()
    local fired = false
    take_async(timeout(10), function() fired = true end)
    raw.sethook(mine, "", 100)
    busy(arithmetic, function() return fired end, 0.06)
    assert.is_false(fired)
    assert.is_true(hits > 0)
    timeout(1)
    busy(arithmetic, function() return fired end, 2)
    assert.is_true(fired)
    assert.equal(mine, (debug.gethook()))
  end)

  it("with a count beyond all bounds does not hold timers up", function()
    for _, count in ipairs { 100000000, 2147483647 } do
      debug.sethook(mine, "", count)
      assert.is_true(select(2, load.fifty(arithmetic)) < 0.3)
    end
  end)

  it("that has raised an error holds timers up until it comes again, and not longer", function()
    debug.sethook(function()
      hits = hits + 1
      if hits == 2 then error("once", 0) end
    end, "", 3000000)
    timeout(1000)
    local ok, err = pcall(busy, arithmetic, never, 5)
    assert.same({ false, "once" }, { ok, err })
    local before = hits
    busy(arithmetic, function() return hits > before end, 5)
    debug.sethook(debug.gethook(), "", 2000000000)
    assert.is_true(select(2, load.fifty(arithmetic)) < 0.3)
  end)

  it("that counts keeps its phase, however often timers come and go", function()
    --- How far the program is at each hit.
    local function turns_between_hits(pending, argument, other)
      local marks, turns = {}, 0
      debug.sethook(function() marks[#marks + 1] = turns end, "", 10007)
      for _ = 1, 40 do
        pending(argument)
        argument, other = other, argument
        for _ = 1, 5000 do turns = turns + 1 end
      end
      debug.sethook()
      return marks
    end
    -- The same number of instructions, since all of these are C functions.
    local plain = turns_between_hits(os.clock)
    assert.is_true(#plain > 30)
    assert.same(plain, turns_between_hits(timeout, 20, 20))
    -- The library's hook goes and comes.
    timeout(200)
    assert.same(plain, turns_between_hits(async.trigger, "none", async.trigger()))
  end)

  it("of many coroutines that end in the middle of a count leaves nothing behind", function()
    timeout(3000)
    for _ = 1, 300 do
      coroutine.wrap(function()
        debug.sethook(mine, "", 1000000)
        busy(arithmetic, never, 0.0002)
      end)()
    end
    collectgarbage()
    collectgarbage()
    debug.sethook(mine, "", 100000000)
    assert.is_true(select(2, load.fifty(arithmetic)) < 0.3)
  end)
end)
