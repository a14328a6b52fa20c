-- From several channels to one: map and merge; and take, the first values of one.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, close, put_async, to_chan = async.chan, async.close, async.put_async, async.to_chan
local block_take, drain, raises = async.block_take, support.drain, support.raises

local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + select(i, ...) end
  return total
end

local function four()
  local list = {}
  for i = 1, 4 do list[i] = to_chan { 0, 1, 2, 3 } end
  return list
end

describe("map", function()
  it("115: adds up four channels", function() assert.same({ 0, 4, 8, 12 }, drain(async.map(sum, four()))) end)

  it("115: ends with the shortest", function()
    assert.same({ 11, 22 }, drain(async.map(sum, { to_chan { 1, 2, 3 }, to_chan { 10, 20 } })))
  end)

  it("115: of no channels is closed", function()
    local out = async.map(sum, {})
    assert.is_true(out.closed)
    assert.is_nil(block_take(out))
  end)

  it("takes from all sources at once, in whatever order they are fed", function()
    local a, b = chan(), chan()
    local out = async.map(function(x, y) return x .. y end, { a, b })
    async.go(function()
      for i = 1, 3 do
        async.put(b, "b" .. i)
        async.put(a, "a" .. i)
      end
      close(b)
    end)
    assert.same({ "a1b1", "a2b2", "a3b3" }, drain(out))
  end)

  it("closes as soon as one source does, and passes false to f", function()
    local a, b = to_chan { false }, chan()
    local out = async.map(function(x, y) return { x, y } end, { a, b })
    put_async(b, 1)
    assert.same({ false, 1 }, block_take(out))
    assert.is_nil(block_take(out))
  end)

  it("stops when its channel closes", function()
    local from = chan()
    local out = async.map(sum, { from }, 1)
    close(out)
    assert.is_true(async.block_put(from, 1))
    more.settle()
    assert.is_nil(async.try_put(from, 2))
  end)

  it("is a method of one channel", function()
    assert.same({ 2, 4 }, drain(to_chan({ 1, 2 }):map(function(n) return n * 2 end)))
  end)

  it("reports an error in f with its traceback, a nil from f too, and closes", function()
    local function innermost() error "no map" end
    local bad = { ["no map.*traceback.*innermost"] = function() innermost() end, ["async.map: .*nil"] = function() end }
    for text, f in pairs(bad) do
      local errors = more.reported(function() assert.same({}, drain(async.map(f, { to_chan { 1, 2 } }))) end)
      assert.equal(1, #errors)
      assert.truthy(errors[1].report:find(text))
    end
  end)

  it("checks its arguments", function()
    raises("async.map: function expected, got nil (argument 1)", async.map, nil, {})
    raises("async.map: list of channels expected, got nil (argument 2)", async.map, sum)
    raises("async.map: list of channels expected, got channel (argument 2)", async.map, sum, chan())
    raises("async.map: channel expected, got number (entry 2 of argument 2)", async.map, sum, { chan(), 2 })
    raises("async.map: buffer or size expected, got string (argument 3)", async.map, sum, {}, "x")
  end)
end)

describe("merge", function()
  it("116: gives each value of four channels, then nil", function()
    local counts = {}
    for _, value in ipairs(drain(async.merge(four()))) do counts[value] = (counts[value] or 0) + 1 end
    assert.same({ [0] = 4, 4, 4, 4 }, counts)
  end)

  it("116: of nothing is closed", function()
    local out = async.merge {}
    assert.is_true(out.closed)
    assert.is_nil(block_take(out))
  end)

  it("gives values as they come, in the order of each source", function()
    local a, b = chan(), chan()
    local out = async.merge { a, b }
    for i = 1, 3 do
      put_async(b, "b" .. i)
      assert.equal("b" .. i, block_take(out))
    end
    close(b)
    put_async(a, "a1")
    assert.equal("a1", block_take(out))
    close(a)
    assert.is_nil(block_take(out))
  end)

  it("lets chance decide where several are ready", function()
    local list, other = {}, {}
    for i = 1, 100 do list[i], other[i] = "a", "b" end
    local firsts, switches, last = 0, 0, nil
    for _, value in ipairs(drain(async.merge { to_chan(list), to_chan(other) })) do
      if value == "a" then firsts = firsts + 1 end
      if last and value ~= last then switches = switches + 1 end
      last = value
    end
    assert.equal(100, firsts)
    assert.is_true(switches > 20)
  end)

  it("stops with the first value that its closed channel refuses", function()
    local a, b = chan(), chan()
    local out = async.merge { a, b }
    close(out)
    assert.is_true(async.block_put(a, 1))
    more.settle()
    assert.is_nil(async.try_put(a, 2))
    assert.is_nil(async.try_put(b, 2))
  end)

  it("takes a channel that is listed twice as one source", function()
    local c = to_chan { 1, 2, 3 }
    assert.same({ 1, 2, 3 }, drain(async.merge { c, c }))
  end)

  it("checks its arguments", function()
    raises("async.merge: list of channels expected, got nil (argument 1)", async.merge)
    raises("async.merge: channel expected, got boolean (entry 1 of argument 1)", async.merge, { true })
  end)
end)

describe("take with a number", function()
  it("117: gives the first two, then nil, and reads no more", function()
    local source = to_chan { 1, 2, 3, 4, 5 }
    assert.same({ 1, 2 }, drain(async.take(2, source)))
    assert.equal(3, block_take(source))
  end)

  it("117: of 0 reads nothing and is closed", function()
    local source = to_chan { 1 }
    local out = async.take(0, source)
    assert.is_true(out.closed)
    assert.is_nil(block_take(out))
    assert.equal(1, block_take(source))
  end)

  it("closes early with its source, and takes a buffer", function()
    local out = async.take(9, to_chan { 1, 2, 3 }, 5)
    assert.equal(3, #out)
    assert.same({ 1, 2, 3 }, drain(out))
  end)

  it("works in a go block, and where nothing could park", function()
    assert.same({ 1, 2 }, block_take(async.go(function() return drain(async.take(2, to_chan { 1, 2, 3 })) end)))
    local out
    coroutine.wrap(function()
      table.sort({ 1, 2 }, function(a, b)
        out = out or async.take(1, to_chan { 1, 2 })
        return a < b
      end)
    end)()
    assert.same({ 1 }, drain(out))
  end)

  it("is something else without one", function()
    assert.equal(1, async.take(to_chan { 1 }))
    raises("async.take: channel expected, got string (argument 1)", async.take, "2", to_chan { 1 })
    raises("async.take: channel expected, got nil (argument 1)", async.take, nil)
  end)

  it("checks its arguments", function()
    raises("async.take: whole number of at least 0 expected, got -1 (argument 1)", async.take, -1, chan())
    raises("async.take: whole number of at least 0 expected, got 1.5 (argument 1)", async.take, 1.5, chan())
    raises("async.take: channel expected, got nil (argument 2)", async.take, 2)
    raises("async.take: buffer or size expected, got boolean (argument 3)", async.take, 2, chan(), true)
  end)
end)
