-- alts: at most one of several operations.
local async = require "async"
local more = require "spec.support.more"

local go, chan, timeout = async.go, async.chan, async.timeout
local park_alts, block_alts = async.park_alts, async.block_alts
local put_async, block_take, close = async.put_async, async.block_take, async.close

local function full(value)
  local c = chan(1)
  put_async(c, value)
  return c
end

local function closed()
  local c = chan()
  close(c)
  return c
end

--- park_alts in a go block, with its result.
local function alts(...)
  return more.in_go(park_alts, ...)
end

describe("alts", function()
  it("60: gives the ready value with its channel", function()
    local c = full(42)
    local got = alts { c }
    assert.equal(42, got[1])
    assert.equal(c, got[2])
  end)

  it("61: falls back to a default that was given, whatever its value", function()
    for _, call in ipairs { alts, block_alts } do
      assert.same({ 42, "default" }, call({ chan() }, "default", 42))
      assert.same({ false, "default" }, call({ chan() }, "default", false))
      local got = call({ chan() }, "default", nil)
      assert.is_nil(got[1])
      assert.equal("default", got[2])
    end
  end)

  it("62: leaves the default alone when an operation is ready", function()
    local c = full(1)
    assert.equal(c, alts({ c }, "default", 42)[2])
    local d = chan(1)
    assert.equal(d, alts({ { d, 1 } }, "default", 42)[2])
    local e = closed()
    assert.equal(e, alts({ chan(), e }, "default", 42)[2])
  end)

  it("63: tries in the listed order with priority", function()
    local a, b = full(1), full(2)
    more.in_go(function()
      for _ = 1, 100 do
        local got = park_alts({ a, b }, "priority", true)
        assert(got[2] == a, "the first port was passed over")
        put_async(a, 1)
      end
    end)
    assert.equal(2, block_take(b))
  end)

  it("63: is fair without priority", function()
    local ports, hits = { full(1), full(2), full(3) }, {}
    more.in_go(function()
      for _ = 1, 1000 do
        local port = park_alts(ports)[2]
        hits[port] = (hits[port] or 0) + 1
        put_async(port, 1)
      end
    end)
    for _, port in ipairs(ports) do assert.is_true((hits[port] or 0) >= 200) end
  end)

  it("64: puts as well as takes, and false is a value", function()
    local c = chan(1)
    local got = alts { { c, 5 } }
    assert.is_true(got[1])
    assert.equal(c, got[2])
    assert.equal(5, block_take(c))
    assert.is_true(alts({ { c, false } })[1])
    got = alts { c }
    assert.is_false(got[1])
    assert.equal(c, got[2])
  end)

  it("65: a closed channel is ready: nil from a take, false from a put", function()
    local c = closed()
    local got = alts { c }
    assert.is_nil(got[1])
    assert.equal(c, got[2])
    got = alts { { c, 1 } }
    assert.is_false(got[1])
    assert.equal(c, got[2])
  end)

  it("66: ten thousand losers on an open channel break nothing", function()
    local open, shut = chan(), closed()
    more.in_go(function()
      for _ = 1, 10000 do
        local got = park_alts({ open, { shut, true } }, "priority", true)
        assert(got[1] == false and got[2] == shut)
      end
    end)
    assert.is_nil(async.try_put(open, 1))
    assert.is_nil(async.try_take(open))
  end)

  it("67: refuses an empty list, a nil value and a port that is no channel", function()
    for _, call in ipairs { alts, block_alts } do
      assert.is_false(pcall(call, {}))
      for _, bad in ipairs { { chan(), nil }, 5, "port", {}, { {} }, { 5, 1 }, io.stdout, async.buffer(1) } do
        local a = chan()
        local ok, err = pcall(call, { a, bad }, "priority", true)
        assert.is_false(ok)
        assert.truthy(tostring(err):find("alts", 1, true))
        local log, note = more.recorder()
        assert.is_true(put_async(a, "v"))
        async.take_async(a, note)
        assert.same({ n = 1, "v" }, log)
      end
    end
  end)

  it("68: parked on two channels, takes from the first that gives and leaves the other alone", function()
    local a, b = chan(), chan()
    local result = go(function() return park_alts { a, b } end)
    put_async(a, 1)
    put_async(b, 2)
    local got = block_take(result)
    assert.equal(1, got[1])
    assert.equal(a, got[2])
    assert.equal(2, block_take(b))
  end)

  it("69: waits no longer on the port that lost", function()
    local a, b = chan(), chan()
    local result = go(function() return park_alts { a, b } end)
    put_async(a, 1)
    assert.is_nil(async.try_put(b, 9))
    assert.equal(a, block_take(result)[2])
    assert.is_nil(async.try_put(b, 9))
  end)

  it("70: a channel listed twice gives one value", function()
    local c = chan(3)
    put_async(c, 1)
    put_async(c, 2)
    local got = alts { c, c }
    assert.equal(1, got[1])
    assert.equal(c, got[2])
    assert.equal(2, block_take(c))
    local d = chan()
    local parked = go(function() return park_alts { d, d } end)
    put_async(d, 1)
    assert.is_nil(async.try_put(d, 2))
    assert.equal(1, block_take(parked)[1])
  end)

  it("71: never meets itself, in either order of the ports", function()
    local orders = {
      function(c) return { c, { c, 1 } } end,
      function(c) return { { c, 1 }, c } end,
    }
    for _, ports in ipairs(orders) do
      local c = chan()
      assert.same({ "d", "default" }, alts(ports(c), "default", "d"))
      assert.same({ "d", "default" }, alts(ports(c), "default", "d", "priority", true))
      local result = go(function() return park_alts(ports(c)) end)
      more.settle()
      assert.is_nil(async.try_take(result))
      assert.is_true(put_async(c, 7))
      local got = block_take(result)
      assert.equal(7, got[1])
      assert.equal(c, got[2])
      assert.is_nil(async.try_take(c))
    end
  end)

  it("71: of a take and a put on one channel the put may be the one that meets somebody", function()
    local c = chan()
    local result = go(function() return park_alts { c, { c, 1 } } end)
    assert.equal(1, block_take(c))
    local got = block_take(result)
    assert.is_true(got[1])
    assert.equal(c, got[2])
    assert.is_nil(async.try_put(c, 2))
  end)

  it("72: two alts meet each other long before their timeouts", function()
    local c = chan()
    local start = more.now()
    local taking = go(function() return park_alts({ c, timeout(400) }, "priority", true) end)
    local putting = go(function() return park_alts({ { c, "v" }, timeout(400) }, "priority", true) end)
    local took, gave = block_take(taking), block_take(putting)
    assert.is_true(more.now() - start < 0.3)
    assert.equal("v", took[1])
    assert.equal(c, took[2])
    assert.is_true(gave[1])
    assert.equal(c, gave[2])
  end)

  it("73: a timeout among the ports ends the wait, never early", function()
    local start = more.now()
    local t = timeout(20)
    local got = alts { chan(), t }
    assert.is_true(more.now() - start >= 0.020)
    assert.is_nil(got[1])
    assert.equal(t, got[2])
  end)

  it("74: options come one by one or in one table", function()
    for _, call in ipairs { alts, block_alts } do
      local open, a, b = chan(), full(1), full(2)
      assert.same({ 1, "default" }, call({ open }, "default", 1, "priority", true))
      assert.same({ 1, "default" }, call({ open }, "priority", true, "default", 1))
      assert.same({ 1, "default" }, call({ open }, { default = 1, priority = true }))
      assert.same({ false, "default" }, call({ open }, { default = false }))
      for _ = 1, 20 do
        assert.equal(a, call({ a, b }, "default", 1, "priority", true)[2])
        put_async(a, 1)
        assert.equal(a, call({ a, b }, { default = 1, priority = true })[2])
        put_async(a, 1)
      end
    end
  end)

  it("75: alts!! gives the same pairs on the main thread", function()
    local c = full(42)
    local got = block_alts { c }
    assert.equal(42, got[1])
    assert.equal(c, got[2])
    got = block_alts { { c, 5 } }
    assert.is_true(got[1])
    assert.equal(c, got[2])
    local t = timeout(10)
    got = block_alts { chan(), t }
    assert.is_nil(got[1])
    assert.equal(t, got[2])
    local d = chan()
    go(function()
      async.park_take(timeout(5))
      async.park_put(d, "late")
    end)
    got = block_alts { chan(), d }
    assert.equal("late", got[1])
    assert.equal(d, got[2])
  end)

  it("75: alts!! raises when nothing can happen, and forgets its waits", function()
    local a, b = chan(), chan()
    local ok, err = pcall(block_alts, { a, { b, 1 } })
    assert.is_false(ok)
    assert.truthy(tostring(err):find("not ready", 1, true))
    assert.is_nil(async.try_put(a, 1))
    assert.is_nil(async.try_take(b))
  end)
end)

describe("alts, beyond the numbered list", function()
  it("is refused on the wrong side: park_alts on main, block_alts in a coroutine", function()
    assert.is_false(pcall(park_alts, { full(1) }))
    assert.is_false(more.in_go(async.pcall, block_alts, { full(1) }))
  end)

  it("checks all ports before it touches one", function()
    local a, log = full "stays", 0
    local spy = setmetatable({
      ["put!"] = function() log = log + 1 end,
      ["take!"] = function() log = log + 1 end,
    }, { __index = getmetatable(a).__index })
    assert.is_false(pcall(block_alts, { a, spy, 5 }, "priority", true))
    assert.equal(0, log)
    assert.equal("stays", block_take(a))
  end)

  it("commits both sides as one step when alts meets alts", function()
    local a, b, c = chan(), chan(), chan()
    local takers, putters = {}, {}
    for i = 1, 20 do
      takers[i] = go(function() return park_alts { a, b, c } end)
    end
    for i = 1, 20 do
      putters[i] = go(function() return park_alts { { c, i }, { b, i }, { a, i } } end)
    end
    local seen = {}
    for i = 1, 20 do
      local took, gave = block_take(takers[i]), block_take(putters[i])
      assert.is_nil(seen[took[1]])
      seen[took[1]] = true
      assert.is_true(gave[1])
    end
    for _, port in ipairs { a, b, c } do
      assert.is_nil(async.try_take(port))
      assert.is_nil(async.try_put(port, 1))
    end
  end)

  it("that lost a put leaves its value nowhere", function()
    local a, b = chan(), chan()
    local result = go(function() return park_alts { { a, "lost" }, b } end)
    put_async(b, 1)
    assert.equal(b, block_take(result)[2])
    assert.is_nil(async.try_take(a))
  end)

  it("parks on a full buffer with a put and ends when room is made", function()
    local c = full "old"
    local result = go(function() return park_alts { { c, "new" } } end)
    assert.equal("old", block_take(c))
    assert.is_true(block_take(result)[1])
    assert.equal("new", block_take(c))
  end)

  it("wakes with nil, or goes on waiting with its put, when a port closes", function()
    local a, b = chan(), chan()
    local taking = go(function() return park_alts { a } end)
    local putting = go(function() return park_alts { { b, "late" } } end)
    close(a)
    close(b)
    local got = block_take(taking)
    assert.is_nil(got[1])
    assert.equal(a, got[2])
    assert.equal("late", block_take(b))
    assert.is_true(block_take(putting)[1])
  end)

  it("takes thousands of ports", function()
    local ports = {}
    for i = 1, 3000 do ports[i] = chan() end
    local result = go(function() return park_alts(ports) end)
    put_async(ports[2999], "found")
    local got = block_take(result)
    assert.equal("found", got[1])
    assert.equal(ports[2999], got[2])
  end)

  it("that outlives one of its channels takes nobody's place on another", function()
    more.collect() -- so that the places of the channels below are the next to be given away
    local kept, later, alive, woke = chan(), {}, setmetatable({}, { __mode = "k" }), 0
    for _ = 1, 20 do
      -- LuaJIT lets go of what a call was given when that parks.
      go(function() park_alts { chan(), kept } end)
    end
    more.collect()
    for i = 1, 20 do
      later[i] = chan()
      go(function()
        alive[coroutine.running()] = true
        async.park_take(later[i])
        woke = woke + 1
      end)
    end
    for _ = 1, 20 do put_async(kept, true) end
    more.settle()
    more.collect()
    local left = 0
    for _ in pairs(alive) do left = left + 1 end
    assert.equal(20, left)
    for i = 1, 20 do put_async(later[i], true) end
    more.settle()
    assert.equal(20, woke)
  end)

  it("does not disturb the program's random numbers", function()
    local ports = { full(1), full(2), full(3) }
    math.randomseed(42)
    local plain = { math.random(), math.random() }
    math.randomseed(42)
    local first = math.random()
    put_async(block_alts(ports)[2], 1)
    assert.same(plain, { first, math.random() })
  end)
end)
