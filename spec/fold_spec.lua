-- From a channel to one result: reduce, transduce, into.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"
local x = require "spec.support.xforms"

local block_take, to_chan = async.block_take, async.to_chan
local raises = support.raises

local function add(a, b) return a + b end

local function append(...)
  local list, value = ...
  if select("#", ...) > 1 then list[#list + 1] = value end
  return list
end

local function numbers(first, last)
  local list = {}
  for i = first, last do list[#list + 1] = i end
  return list
end

describe("reduce", function()
  it("111: gives init for nothing, and never calls f then", function()
    assert.equal(0, block_take(async.reduce(error, 0, to_chan {})))
  end)

  it("111: adds up 0 to 9", function()
    assert.equal(45, block_take(async.reduce(add, 0, to_chan(numbers(0, 9)))))
    assert.equal(45, block_take(to_chan(numbers(0, 9)):reduce(add, 0)))
  end)

  it("111: ends at reduced, and takes no more", function()
    local source = to_chan(numbers(1, 5))
    local result = async.reduce(function(sum, n)
      sum = sum + n
      return n == 3 and async.reduced(sum) or sum
    end, 0, source)
    assert.equal(6, block_take(result))
    assert.equal(4, block_take(source))
  end)

  it("gives false, and just closes for nil", function()
    assert.is_false(block_take(async.reduce(function() return false end, 0, to_chan { 1 })))
    local none = async.reduce(function() return nil end, 0, to_chan { 1 })
    assert.is_nil(block_take(none))
    assert.is_true(none.closed)
  end)

  it("may park in f", function()
    local other = to_chan { 10, 20 }
    assert.equal(30, block_take(async.reduce(function(sum) return sum + async.take(other) end, 0, to_chan { 1, 2 })))
  end)

  it("reports an error in f with its traceback, and closes", function()
    local result
    local function innermost() error "no sum" end
    local errors = more.reported(function()
      result = async.reduce(function() innermost() end, 0, to_chan { 1 })
      assert.is_nil(block_take(result))
    end)
    assert.is_true(result.closed)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find "no sum.*traceback.*innermost")
  end)

  it("checks its arguments", function()
    raises("async.reduce: function expected, got nil (argument 1)", async.reduce, nil, 0, async.chan())
    raises("async.reduce: channel expected, got nil (argument 3)", async.reduce, add, 0)
  end)
end)

describe("transduce", function()
  it("112: maps into a list, and completes once with one argument", function()
    local completions = {}
    local function step(...)
      if select("#", ...) < 2 then completions[#completions + 1] = select("#", ...) end
      return append(...)
    end
    assert.same(numbers(1, 5), block_take(async.transduce(x.inc, step, {}, to_chan(numbers(0, 4)))))
    assert.same({ 1 }, completions)
  end)

  it("gives what completion adds, also after reduced", function()
    assert.same({ { 1, 2 }, { 3 } }, block_take(async.transduce(x.pall2, append, {}, to_chan { 1, 2, 3 })))
    local source = to_chan { 1, 2, 3 }
    assert.same({ 1, 2 }, block_take(source:transduce(x.tk2, append, {})))
    assert.equal(3, block_take(source))
  end)

  it("reports an error in the completion, and closes", function()
    local errors = more.reported(function()
      local result = async.transduce(x.id, function(a, b) return a + b end, 0, to_chan { 1 })
      assert.is_nil(block_take(result))
      assert.is_true(result.closed)
    end)
    assert.equal(1, #errors)
  end)

  it("checks its arguments, and what the transducer makes", function()
    raises("async.transduce: function expected, got nil (argument 1)", async.transduce, nil, add, 0, async.chan())
    raises("async.transduce: function expected, got nil (argument 2)", async.transduce, x.id, nil, 0, async.chan())
    raises("async.transduce: channel expected, got nil (argument 4)", async.transduce, x.id, add, 0)
    raises("async.transduce: the transducer must make a step function", async.transduce, tostring, add, 0, async.chan())
  end)
end)

describe("into", function()
  it("117: appends to the list itself", function()
    assert.same({ 1, 2 }, block_take(async.into({}, to_chan { 1, 2 })))
    local list = { 0 }
    assert.equal(list, block_take(to_chan({ 1, false }):into(list)))
    assert.same({ 0, 1, false }, list)
  end)

  it("117: gives the list as it is when nothing comes", function()
    local list = { 7 }
    assert.equal(list, block_take(async.into(list, to_chan {})))
    assert.same({ 7 }, list)
  end)

  it("gives the list only when the channel closes", function()
    local c = async.chan()
    local result = async.into({}, c)
    assert.is_true(async.block_put(c, 1))
    more.settle()
    assert.is_nil(async.try_take(result))
    async.close(c)
    assert.same({ 1 }, block_take(result))
  end)

  it("checks its arguments", function()
    raises("async.into: table expected, got nil (argument 1)", async.into, nil, async.chan())
    raises("async.into: channel expected, got nil (argument 2)", async.into, {})
  end)
end)
