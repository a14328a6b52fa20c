-- Combinators between channels that are the user's own objects.
local async = require "async"
local foreign = require "spec.support.foreign"
local more = require "spec.support.more"
local support = require "spec.support.init"
local x = require "spec.support.xforms"

local chan, to_chan, block_take, drain = async.chan, async.to_chan, async.block_take, support.drain

--- An object around a channel with a list in it; it passes every call on.
local function source(list) return foreign.wrapper(to_chan(list)) end

describe("an object that poses as a channel", function()
  it("is piped from and to, and closed behind", function()
    local logger = foreign.logger()
    assert.equal(logger, async.pipe(source { 1, 2, 3 }, logger))
    more.settle()
    assert.same({ 1, 2, 3 }, logger.lines)
    assert.is_true(logger.closed)
  end)

  it("that closed stops a pipe", function()
    local logger, from = foreign.logger(), to_chan { 1, 2, 3 }
    logger["close!"](logger)
    async.pipe(from, logger)
    more.settle()
    assert.equal(2, block_take(from))
  end)

  it("that is slow makes a pipe wait", function()
    local slow, from = foreign.slow(), chan()
    async.pipe(from, slow)
    for i = 1, 2 do async.put_async(from, i) end
    more.settle()
    assert.equal(1, #slow.puts)
    slow.finish(slow.puts, true)
    more.settle()
    assert.equal(2, slow.puts[1].value)
  end)

  it("is an end of each pipeline", function()
    local function feed(value, result)
      async.put_async(result, value)
      async.close(result)
    end
    for _, name in ipairs { "pipeline", "pipeline_unordered", "pipeline_async", "pipeline_async_unordered" } do
      local logger = foreign.logger()
      async[name](1, logger, name:find "async" and feed or x.id, source { 1, 2, 3 })
      more.settle()
      assert.same({ 1, 2, 3 }, logger.lines)
      assert.is_true(logger.closed)
    end
  end)

  it("is split, folded, mapped, merged and taken from", function()
    local pair = async.split(function(n) return n > 1 end, source { 1, 2, 3 }, 5, 5)
    assert.same({ 2, 3 }, drain(pair[1]))
    assert.equal(6, block_take(async.reduce(function(a, b) return a + b end, 0, source { 1, 2, 3 })))
    assert.same({ 1, 2 }, block_take(async.into({}, source { 1, 2 })))
    assert.same({ 2, 3 }, drain(async.map(function(n) return n + 1 end, { source { 1, 2 } })))
    assert.same({ 1 }, drain(async.take(1, source { 1, 2 })))
    local merged = drain(async.merge { source { 1, 2 }, to_chan { 3 } })
    table.sort(merged)
    assert.same({ 1, 2, 3 }, merged)
  end)

  it("gets a list", function()
    local logger = foreign.logger()
    assert.is_nil(block_take(async.onto_chan(logger, { 1, 2 })))
    assert.same({ 1, 2 }, logger.lines)
    assert.is_true(logger.closed)
  end)

  it("has the methods too, when it borrows them", function()
    assert.same({ 1, 2 }, block_take(source({ 1, 2 }):into {}))
    assert.same({ { 1, 2 } }, drain(source({ 1, 2 }):partition(2)))
  end)

  it("whose put fails ends a pipe with a report, and is closed", function()
    local logger = foreign.logger()
    logger["put!"] = function() error "no put" end
    local errors = more.reported(function() async.pipe(to_chan { 1, 2 }, logger) end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find "no put.*traceback")
    assert.is_true(logger.closed)
  end)
end)
