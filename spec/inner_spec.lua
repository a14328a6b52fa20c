-- What the native part does for the part in Lua only: operations that no task interrupts, and puts to many.
local async = require "async"
local core = require "async.core"
local support = require "spec.support.init"

describe("a masked function", function()
  it("gets its arguments and gives all its results", function()
    local function f(...) return select("#", ...), ... end
    local function pack(...) return { n = select("#", ...), ... } end
    assert.same({ n = 4, 3, nil, 2, nil }, pack(core.masked(f, nil, 2, nil)))
    assert.equal(0, select("#", core.masked(function() end)))
  end)

  it("passes its error on, whatever it is, and the mask is gone", function()
    local thrown = { "mine" }
    local ok, err = pcall(core.masked, error, thrown)
    assert.is_false(ok)
    assert.equal(thrown, err)
    local fired = false
    async.take_async(async.timeout(20), function() fired = true end)
    assert.is_true(support.busy(2000, function() return fired end))
    support.raises("async.masked: function expected, got no value (argument 1)", core.masked)
  end)

  it("is not interrupted by what is due", function()
    local fired, inside = false, nil
    async.take_async(async.timeout(10), function() fired = true end)
    core.masked(function()
      local limit = support.now() + 60
      while support.now() < limit do inside = fired end
    end)
    assert.is_false(inside)
    assert.is_true(support.busy(2000, function() return fired end))
  end)

  it("does not park", function()
    local c = async.chan()
    local ok = async.block_take(async.go(function()
      return (pcall(core.masked, async.park_take, c))
    end))
    assert.is_false(ok)
  end)
end)

describe("an offer to each channel of a list", function()
  local chan, offer_each = async.chan, core.offer_each

  it("goes as far as it is accepted, and names the place where it was not", function()
    local full, closed, waiting = chan(), chan(), chan()
    async.close(closed)
    local got
    async.take_async(waiting, function(value) got = value end)
    local doubled = chan(1, support.map(function(x) return x * 2 end))
    local sliding, promise = chan(async.sliding_buffer(1)), async.promise_chan()
    local list = { chan(1), waiting, sliding, doubled, promise, full, chan(1), closed }
    assert.equal(6, offer_each(list, 7, 1, 8))
    assert.equal(0, #list[7])
    assert.equal(8, offer_each(list, 7, 7, 8))
    assert.is_nil(offer_each(list, 7, 9, 8))
    async.run()
    assert.equal(7, got)
    assert.same({ 7, 7, 14, 7, 7 }, {
      async.try_take(list[1]), async.try_take(list[3]), async.try_take(doubled), async.try_take(list[5]),
      async.try_take(list[7]),
    })
    assert.is_nil(async.try_take(full))
  end)

  it("stops at what is no native channel, and at the end of a list", function()
    for _, other in ipairs { false, 5, {}, async.buffer(1), setmetatable({}, { __index = chan().type }) } do
      assert.equal(2, offer_each({ chan(1), other, chan(1) }, 1, 1, 3))
    end
    assert.equal(2, offer_each({ chan(1) }, 1, 1, 1e300))
    assert.equal(0, offer_each({ chan(1) }, 1, -5, 1))
  end)

  it("raises for what is no list, no value and no place", function()
    support.raises("table expected, got nil (argument 1)", offer_each, nil, 1, 1, 1)
    support.raises("cannot carry nil (argument 2)", offer_each, {}, nil, 1, 1)
    support.raises("number expected, got no value (argument 3)", offer_each, {}, 1)
    support.raises("number expected, got string (argument 4)", offer_each, {}, 1, 1, "x")
  end)
end)

if core.resume_within then
  describe("a coroutine within another", function()
    it("is refused unless it is suspended, and nothing happens to the one that runs", function()
      local refused = "cannot resume a coroutine that is not suspended"
      local dead = coroutine.create(function() end)
      coroutine.resume(dead)
      local spawned, of_inner
      async.go(function()
        local block = coroutine.running()
        spawned = async.go(function()
          local _, err = pcall(core.resume_within, 1, block)
          of_inner = err
        end)
        support.raises(refused, core.resume_within, 1, block)
        support.raises(refused, core.resume_within, 1, dead)
      end)
      assert.truthy(of_inner:find(refused, 1, true))
      assert.is_true(async.is_chan(spawned))
    end)
  end)
end
