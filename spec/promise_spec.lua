-- Promise channels: one value for everybody, for ever.
local async = require "async"
local more = require "spec.support.more"

local put_async, take_async, block_take = async.put_async, async.take_async, async.block_take

describe("promise_chan", function()
  it("77: gives one value to every taker, waiting or late, also after close", function()
    local c = async.promise_chan()
    local log, note = more.recorder()
    take_async(c, note)
    take_async(c, note)
    assert.is_true(put_async(c, "first"))
    more.settle()
    assert.same({ n = 2, "first", "first" }, log)
    assert.is_true(put_async(c, "second"))
    assert.equal("first", block_take(c))
    async.close(c)
    for _ = 1, 3 do assert.equal("first", block_take(c)) end
    assert.is_false(put_async(c, "third"))
    assert.equal("first", block_take(c))
  end)

  it("77: delivers false like any value", function()
    local c = async.promise_chan()
    local log, note = more.recorder()
    take_async(c, note)
    put_async(c, false)
    put_async(c, true)
    more.settle()
    assert.same({ n = 1, false }, log)
    assert.is_false(block_take(c))
    assert.is_false(async.try_take(c))
  end)

  it("78: closed empty, gives nil to every taker and refuses puts", function()
    local c = async.promise_chan()
    local log, note = more.recorder()
    take_async(c, note)
    take_async(c, note)
    async.close(c)
    more.settle()
    assert.equal(2, log.n)
    assert.is_nil(log[1])
    assert.is_nil(log[2])
    assert.is_nil(block_take(c))
    assert.is_false(put_async(c, 1))
    assert.is_nil(block_take(c))
  end)

  it("79: a value that the transducer adds at close reaches waiting and later takers", function()
    local function at_close(step)
      return function(...)
        if select("#", ...) == 1 then return step(step((...), "f")) end
        return step(...)
      end
    end
    local c = async.promise_chan(at_close)
    local log, note = more.recorder()
    take_async(c, note)
    take_async(c, note)
    async.close(c)
    more.settle()
    assert.same({ n = 2, "f", "f" }, log)
    for _ = 1, 3 do assert.equal("f", block_take(c)) end
  end)

  it("wakes all parked go blocks and every alts at once", function()
    local c, results = async.promise_chan(), {}
    for i = 1, 5 do
      results[i] = async.go(function() return async.park_take(c) end)
      results[i + 5] = async.go(function() return async.park_alts({ async.chan(), c })[1] end)
    end
    put_async(c, "all")
    for i = 1, 10 do assert.equal("all", block_take(results[i])) end
  end)

  it("never makes a put wait", function()
    local c = async.promise_chan()
    local log, note = more.recorder()
    for i = 1, 3000 do assert(put_async(c, i, note)) end
    assert.equal(3000, log.n)
    for i = 1, 3000 do assert(log[i] == true) end
    assert.equal(1, block_take(c))
  end)

  it("hands an error of its transducer to the handler and delivers the handler's value", function()
    local c = async.promise_chan(function() return function() error "bad" end end, function() return "mended" end)
    put_async(c, 1)
    assert.equal("mended", block_take(c))
    assert.equal("mended", block_take(c))
  end)
end)
