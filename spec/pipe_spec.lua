-- From a channel or a list to channels: pipe, split, onto-chan!, to-chan!.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, close, put_async, block_take = async.chan, async.close, async.put_async, async.block_take
local drain, raises = support.drain, support.raises

local function even(n) return n % 2 == 0 end

describe("pipe", function()
  it("101: returns to, passes the values and closes it at the end", function()
    local from, to = chan(5), chan(5)
    assert.equal(to, async.pipe(from, to))
    for i = 1, 5 do put_async(from, i) end
    assert.is_false(to.closed)
    close(from)
    assert.same({ 1, 2, 3, 4, 5 }, drain(to))
    assert.is_true(to.closed)
  end)

  it("101: leaves to open when close? is false, or nil that is given", function()
    for _, closing in ipairs { { false }, { nil, n = 1 } } do
      local to = async.pipe(async.to_chan { 1, 2 }, chan(5), closing[1])
      more.settle()
      assert.is_false(to.closed)
      put_async(to, "more")
      close(to)
      assert.same({ 1, 2, "more" }, drain(to))
    end
  end)

  it("102: takes exactly one of five pending puts when to is closed", function()
    local from, to = chan(), chan()
    local answers, note = more.recorder()
    for i = 1, 5 do put_async(from, i, note) end
    close(to)
    async.pipe(from, to)
    more.settle()
    assert.same({ n = 1, true }, answers)
    assert.equal(2, block_take(from))
  end)

  it("stops when to closes on the way, and leaves from open", function()
    local from, to = chan(), chan()
    async.pipe(from, to)
    put_async(from, 1)
    assert.equal(1, block_take(to))
    close(to)
    assert.is_true(async.block_put(from, 2))
    more.settle()
    assert.is_nil(async.try_put(from, 3))
    assert.is_false(from.closed)
  end)

  it("carries false", function()
    assert.same({ false, 1, false }, drain(async.pipe(async.to_chan { false, 1, false }, chan())))
  end)

  it("is a method too", function()
    local to = chan(5)
    assert.equal(to, async.to_chan({ 1, 2 }):pipe(to))
    assert.same({ 1, 2 }, drain(to))
  end)

  it("says which argument is no channel", function()
    raises("async.pipe: channel expected, got nil (argument 1)", async.pipe, nil, chan())
    raises("async.pipe: channel expected, got number (argument 2)", async.pipe, chan(), 5)
    raises("pipe_spec.lua:", function()
      local from = chan()
      from:pipe(5)
    end)
  end)
end)

describe("split", function()
  it("110: gives a pair of channels, the true ones first", function()
    local pair = async.split(even, async.to_chan { 1, 2, 3, 4, 5, 6 }, 5, 5)
    assert.same({ 2, 4, 6 }, drain(pair[1]))
    assert.same({ 1, 3, 5 }, drain(pair[2]))
  end)

  it("is a method too, and any value but false and nil counts as true", function()
    local pair = async.to_chan({ 1, 2, 3 }):split(function(n) return n > 1 and "yes" or nil end, 5, 5)
    assert.same({ 2, 3 }, drain(pair[1]))
    assert.same({ 1 }, drain(pair[2]))
  end)

  for closed, name in ipairs { "true", "false" } do
    it("closes both sides when the " .. name .. " side was closed, and keeps what the other has", function()
      local from = chan(10)
      local pair = async.split(even, from, 5, 5)
      for i = 1, 4 do put_async(from, i) end
      more.settle()
      close(pair[closed])
      for i = 5, 10 do put_async(from, i) end
      local kept = drain(pair[3 - closed])
      assert.same(closed == 1 and { 1, 3, 5 } or { 2, 4 }, kept)
      assert.is_true(pair[1].closed and pair[2].closed)
      assert.is_false(from.closed)
      assert.equal(closed == 1 and 7 or 6, block_take(from))
    end)
  end

  it("reports an error of the predicate with its traceback, and closes both sides", function()
    local pair
    local function innermost() error "no predicate" end
    local errors = more.reported(function()
      pair = async.split(function(n) return n < 2 or innermost() end, async.to_chan { 1, 2, 3 }, 5, 5)
      assert.same({ 1 }, drain(pair[1]))
      assert.same({}, drain(pair[2]))
    end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find "no predicate.*traceback.*innermost")
  end)

  it("checks its arguments", function()
    raises("async.split: function expected, got nil (argument 1)", async.split, nil, chan())
    raises("async.split: channel expected, got nil (argument 2)", async.split, even, nil)
    raises("async.split: buffer or size expected, got string (argument 4)", async.split, even, chan(), 1, "x")
  end)
end)

describe("onto-chan!", function()
  it("113: puts a list and closes; its own channel gives nil", function()
    local c = chan(5)
    assert.is_nil(block_take(async.onto_chan(c, { 1, 2, 3 })))
    assert.same({ 1, 2, 3 }, drain(c))
    assert.is_true(c.closed)
  end)

  it("113: leaves the channel open when close? is false or a nil that is given", function()
    for _, closing in ipairs { { false }, {} } do
      local c = chan(5)
      assert.is_nil(block_take(async.onto_chan(c, { 1 }, closing[1])))
      assert.is_false(c.closed)
    end
  end)

  it("113: stops when the channel closes midway", function()
    local read = 0
    local list = setmetatable({}, { __index = function(_, i)
      read = i
      return i
    end })
    local c = chan()
    local done = async.onto_chan(c, list)
    assert.equal(1, block_take(c))
    more.settle() -- now 2 waits
    close(c)
    assert.equal(2, block_take(c))
    assert.is_nil(block_take(done))
    assert.is_nil(block_take(c))
    assert.equal(3, read)
  end)

  it("has closed the channel when its own channel closes", function()
    local c = chan()
    local done = async.onto_chan(c, { 1 })
    async.go(function()
      async.take(done)
      return c.closed
    end)
    assert.equal(1, block_take(c))
    assert.is_nil(block_take(done))
    assert.is_true(c.closed)
  end)

  it("checks its arguments", function()
    raises("async.onto_chan (onto-chan!): channel expected, got nil (argument 1)", async.onto_chan, nil, {})
    raises("async.onto_chan (onto-chan!): table expected, got number (argument 2)", async.onto_chan, chan(), 1)
  end)
end)

describe("to-chan!", function()
  it("114: of an empty list is a closed channel", function()
    local c = async.to_chan {}
    assert.is_true(c.closed)
    assert.is_nil(block_take(c))
  end)

  it("114: gives 250 values in order", function()
    local list = {}
    for i = 1, 250 do list[i] = i end
    assert.same(list, drain(async.to_chan(list)))
  end)

  it("holds a short list without a parked go block", function()
    more.settle()
    local before = async.stats().parked
    local c = async.to_chan { 1, 2, 3 }
    assert.equal(3, #c)
    assert.equal(before, async.stats().parked)
  end)
end)
