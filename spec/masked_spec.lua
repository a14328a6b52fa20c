-- What the library does in Lua counts as one operation: no task runs in the middle of it.
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
