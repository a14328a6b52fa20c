-- mult: one channel's values at many others.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, mult, tap, close = async.chan, async.mult, async.tap, async.close
local put_async, take_async, block_take, poll = async.put_async, async.take_async, async.block_take, async.try_take

-- A source that brings these values and is then closed.
local function source_of(...)
  local source = chan(10)
  for _, value in ipairs { ... } do put_async(source, value) end
  close(source)
  return source
end

-- Puts each value without waiting.
local function put_all(source, ...)
  for _, value in ipairs { ... } do put_async(source, value) end
end

describe("mult", function()
  it("118: gives every tap all values, and closes the taps", function()
    local source = chan(4)
    put_all(source, 0, 1, 2, 3)
    local m = mult(source)
    local a, b = tap(m, chan(4)), tap(m, chan(4))
    -- The first value was read before anybody tapped; the rest is for both.
    close(source)
    assert.same(support.drain(a), support.drain(b))

    source = chan()
    m = mult(source)
    a, b = tap(m, chan(4)), tap(m, chan(4))
    put_all(source, 0, 1, 2, 3)
    close(source)
    assert.same({ 0, 1, 2, 3 }, support.drain(a))
    assert.same({ 0, 1, 2, 3 }, support.drain(b))
    assert.is_true(a.closed and b.closed)
  end)

  for _, order in ipairs { { 1, 2 }, { 2, 1 } } do
    it("119: puts to all taps at once, whichever is read first: " .. order[1], function()
      local source = chan()
      local m = mult(source)
      local taps = { chan(), chan() }
      local closed = chan()
      close(closed)
      tap(m, taps[1])
      tap(m, closed)
      tap(m, taps[2])
      put_all(source, 1, 2, 3)
      local first, second = taps[order[1]], taps[order[2]]
      for value = 1, 3 do
        assert.equal(value, block_take(first))
        assert.is_nil(poll(first))
        more.settle()
        assert.is_nil(poll(first)) -- the other one has to take it too
        assert.equal(value, block_take(second))
      end
    end)
  end

  it("119: offers a value at every tap while none has taken it", function()
    local source = chan()
    local m = mult(source)
    local taps = {}
    for i = 1, 5 do taps[i] = tap(m, chan()) end
    put_async(source, "v")
    more.settle()
    for i = 5, 1, -1 do assert.equal("v", poll(taps[i])) end
  end)

  it("120: drops values while nothing is tapped", function()
    local source = chan()
    local m = mult(source)
    for i = 1, 5 do assert.is_true(async.block_put(source, i)) end
    more.settle()
    local late = tap(m, chan(5))
    async.block_put(source, "late")
    close(source)
    assert.same({ "late" }, support.drain(late))
  end)

  it("120: leaves a tap open whose close? is false, or nil", function()
    local source = chan()
    local m = mult(source)
    local open, open_too, closing = chan(1), chan(1), chan(1)
    tap(m, open, false)
    tap(m, open_too, nil)
    tap(m, closing, true)
    close(source)
    more.settle()
    assert.is_false(open.closed)
    assert.is_false(open_too.closed)
    assert.is_true(closing.closed)
  end)

  it("121: gives an untapped channel nothing more and leaves it open", function()
    local source = chan()
    local m = mult(source)
    local leaver, stayer = chan(5), chan(5)
    assert.equal(leaver, tap(m, leaver))
    tap(m, stayer)
    async.block_put(source, 1)
    more.settle()
    assert.is_nil(async.untap(m, leaver))
    async.block_put(source, 2)
    close(source)
    assert.same({ 1, 2 }, support.drain(stayer))
    assert.equal(1, poll(leaver))
    assert.is_nil(poll(leaver))
    assert.is_false(leaver.closed)
  end)

  it("121: untap_all does so to all", function()
    local source = chan()
    local m = mult(source)
    local taps = {}
    for i = 1, 3 do taps[i] = tap(m, chan(5)) end
    async.untap_all(m)
    async.block_put(source, 1)
    close(source)
    more.settle()
    for i = 1, 3 do
      assert.equal(0, #taps[i])
      assert.is_false(taps[i].closed)
    end
  end)

  it("carries false like any other value", function()
    local source = chan()
    local m = mult(source)
    local fast, slow = tap(m, chan(2)), tap(m, chan())
    put_all(source, false, false)
    close(source)
    assert.same({ false, false }, support.drain(slow))
    assert.same({ false, false }, support.drain(fast))
  end)

  it("lets a second tap of one channel only change whether it is closed", function()
    local source = chan()
    local m = mult(source)
    local c = chan(5)
    tap(m, c)
    tap(m, c, false)
    async.block_put(source, 1)
    close(source)
    more.settle()
    assert.equal(1, poll(c))
    assert.is_nil(poll(c))
    assert.is_false(c.closed)
  end)

  it("lets a channel that left be tapped again", function()
    local source = chan()
    local m = mult(source)
    local c, others = chan(50), {}
    for i = 1, 10 do others[i] = tap(m, chan(50)) end
    tap(m, c)
    for i = 1, 30 do
      async.untap(m, c)
      if i % 3 == 0 then async.untap(m, others[i / 3]) end
      tap(m, c)
      async.block_put(source, i)
    end
    close(source)
    assert.equal(30, #support.drain(c))
  end)

  it("does nothing to a tap that comes after the end", function()
    local source = source_of()
    local m = mult(source)
    more.settle()
    local c = chan(1)
    assert.equal(c, tap(m, c))
    more.settle()
    assert.is_false(c.closed)
  end)

  it("does not take a put back when its tap is removed, and waits for it", function()
    local source = chan()
    local m = mult(source)
    local slow, other = tap(m, chan()), tap(m, chan(5))
    put_all(source, 1, 2)
    more.settle()
    async.untap(m, slow)
    more.settle()
    assert.equal(1, #other)
    assert.equal(1, block_take(slow))
    more.settle()
    assert.equal(2, #other)
    assert.is_nil(poll(slow))
  end)

  it("drops a tap that was closed by somebody else", function()
    local source = chan()
    local m = mult(source)
    local gone, stays = tap(m, chan()), tap(m, chan(5))
    close(gone)
    put_all(source, 1, 2)
    close(source)
    assert.same({ 1, 2 }, support.drain(stays))
  end)

  it("lets what runs inside a put change the taps", function()
    local source = chan()
    local m = mult(source)
    local added, removed = chan(5), chan(5)
    local meddler = chan(5, support.map(function(x)
      async.untap(m, removed)
      tap(m, added)
      return x
    end))
    tap(m, meddler)
    tap(m, removed)
    put_all(source, 1, 2)
    close(source)
    assert.same({ 1, 2 }, support.drain(meddler))
    assert.same({ 2 }, support.drain(added))
    assert.equal(0, #removed)
  end)

  it("has methods that do the same", function()
    local source = chan()
    local m = source:mult()
    local a, b = chan(3), chan(3)
    assert.equal(a, m:tap(a))
    m:tap(b, false)
    async.block_put(source, 1)
    more.settle()
    m:untap(a)
    async.block_put(source, 2)
    more.settle()
    m:untap_all()
    async.block_put(source, 3)
    close(source)
    more.settle()
    assert.same({ 1, 2 }, { #a, #b })
    assert.is_false(a.closed or b.closed)
  end)

  it("has the protocol's methods", function()
    local source = chan()
    local m = mult(source)
    assert.equal(source, m["muxch*"](m))
    local c = chan(1)
    m["tap*"](m, c, true)
    m["untap*"](m, c)
    m["tap*"](m, c, true)
    m["untap-all*"](m)
    close(source)
    more.settle()
    assert.is_false(c.closed)
  end)

  it("accepts an object with these methods as a mult", function()
    local calls = {}
    local mine = {}
    for _, name in ipairs { "tap*", "untap*", "untap-all*" } do
      mine[name] = function(self, ...)
        assert.equal(mine, self)
        calls[#calls + 1] = { name, ... }
      end
    end
    local c = chan()
    assert.equal(c, tap(mine, c))
    tap(mine, c, nil)
    async.untap(mine, c)
    async["untap-all"](mine)
    assert.same({ { "tap*", c, true }, { "tap*", c, false }, { "untap*", c }, { "untap-all*" } }, calls)
  end)

  it("puts to taps that are objects of the user's own", function()
    local foreign = setmetatable({ seen = {} }, { __index = getmetatable(chan()).__index })
    foreign["put!"] = function(self, value, handler)
      handler:commit()
      if value == "bad" then error("no room for " .. value) end
      self.seen[#self.seen + 1] = value
      return { value ~= "last" }
    end
    foreign["close!"] = function(self) self.shut = true end
    local source = chan()
    local m = mult(source)
    local other = tap(m, chan(9))
    tap(m, foreign)
    local seen = more.reported(function()
      put_all(source, 1, "bad", 2, "last", 3)
      more.settle()
    end)
    assert.equal(1, #seen)
    assert.truthy(seen[1].report:find "no room for bad")
    assert.same({ 1, 2, "last" }, foreign.seen)
    close(source)
    assert.same({ 1, "bad", 2, "last", 3 }, support.drain(other))
  end)

  it("reports a put that finds 1024 others waiting, and goes on", function()
    local full = chan()
    for i = 1, 1024 do put_async(full, i) end
    local source = chan()
    local m = mult(source)
    local other = tap(m, chan(5))
    tap(m, full)
    local seen = more.reported(function() put_all(source, "a") end)
    assert.equal(1, #seen)
    assert.truthy(seen[1].report:find("1024", 1, true))
    put_async(source, "b")
    assert.equal(1, block_take(full))
    close(source)
    assert.same({ "a" }, { poll(other) })
  end)

  it("closes its taps when reading the source fails", function()
    local source = setmetatable({}, { __index = getmetatable(chan()).__index })
    source["take!"] = function() error "broken wire" end
    local m, c
    local seen = more.reported(function()
      m = mult(source)
      c = tap(m, chan())
      more.settle()
    end)
    assert.equal(1, #seen)
    assert.truthy(seen[1].report:find "broken wire")
    assert.truthy(seen[1].report:find "traceback")
    assert.is_true(c.closed)
    assert.truthy(tostring(m):find "ended")
  end)

  it("says in tostring how many taps it has", function()
    local source = chan()
    local m = mult(source)
    assert.truthy(tostring(m):find "^Mult: 0x%x+ %(0 taps%)$", tostring(m))
    local c = tap(m, chan())
    assert.truthy(tostring(m):find "%(1 tap%)$", tostring(m))
    tap(m, chan())
    async.untap(m, c)
    tap(m, chan())
    assert.truthy(tostring(m):find "%(2 taps%)$", tostring(m))
    close(source)
    more.settle()
    assert.truthy(tostring(m):find "%(ended%)$", tostring(m))
  end)

  it("names the function and the argument that is wrong", function()
    local m = mult(chan())
    support.raises("async.mult: channel expected, got nil (argument 1)", mult)
    support.raises("async.tap: mult expected, got nil (argument 1)", tap, nil, chan())
    support.raises("async.tap: mult expected, got table (argument 1)", tap, {}, chan())
    support.raises("async.tap: mult expected, got userdata (argument 1)", tap, chan(), chan())
    support.raises("async.tap: channel expected, got number (argument 2)", tap, m, 5)
    support.raises("async.untap: channel expected, got nil (argument 2)", async.untap, m)
    support.raises("async.untap_all (untap-all): mult expected, got string (argument 1)", async.untap_all, "m")
    local err = support.raises("mult_spec", function() tap(nil, chan()) end)
    assert.truthy(err:find("^%S*mult_spec.lua:%d+: async.tap"), err)
  end)
end)

describe("a mult that is over", function()
  it("leaves nothing that waits and no task", function()
    local parked = more.parked()
    local source = chan()
    local m = mult(source)
    local taps = {}
    for i = 1, 10 do taps[i] = tap(m, chan(i % 3)) end
    put_all(source, 1, 2, 3)
    close(source)
    for i = 1, 10 do take_async(taps[i], function() end) end
    local drained = async.go(function()
      for i = 1, 10 do support.drain(taps[i]) end
      return "drained"
    end)
    -- One after the other cannot be: the mult waits for all of them.
    for i = 1, 10 do async.go(function() support.drain(taps[i]) end) end
    assert.equal("drained", block_take(drained))
    more.settle()
    assert.equal(0, async.dispatched())
    assert.equal(parked, async.stats().parked)
    assert.truthy(tostring(m):find "ended")
  end)

  it("is collected when nobody can reach its channels", function()
    local held = setmetatable({}, { __mode = "k" })
    local before = more.parked()
    local function make(waiting)
      local source, slow = chan(), chan()
      local m = mult(source)
      tap(m, slow)
      tap(m, chan(2))
      if waiting then put_all(source, 1, 2) end
      held[source], held[m], held[slow] = true, true, true
    end
    make(false)
    make(true)
    more.settle()
    more.collect()
    assert.is_nil(next(held))
    assert.equal(before, async.stats().parked)
  end)

  it("lives as long as its source can be reached, and is not held by its taps", function()
    local held = setmetatable({}, { __mode = "k" })
    local source, c = chan(), chan(5)
    local function make()
      local m = mult(source)
      tap(m, c)
      held[m] = true
    end
    make()
    more.collect()
    assert.is_not_nil(next(held))
    async.block_put(source, "v")
    assert.equal("v", block_take(c))
    source = nil
    more.settle()
    more.collect()
    assert.is_nil(next(held))
    assert.is_false(c.closed)
  end)

  it("keeps no channel that was untapped", function()
    local held = setmetatable({}, { __mode = "k" })
    local m = mult(chan())
    local stays = tap(m, chan())
    for _ = 1, 20 do
      local c = tap(m, chan())
      held[c] = true
      async.untap(m, c)
    end
    more.collect()
    assert.is_nil(next(held))
    assert.truthy(tostring(m):find "1 tap")
    assert.is_false(stays.closed)
  end)
end)
