-- In async.fnl 1.6.35 a transducer that had enough never closed its channel.
local async = require "async"
local more = require "spec.support.more"
local x = require "spec.support.xforms"

describe("regression 4: reduced ends the channel", function()
  it("three puts into a channel that takes two: two values, closed, the third refused", function()
    local c = async.chan(5, x.tk2)
    assert.is_true(async.put_async(c, 1))
    assert.is_false(c.closed)
    assert.is_true(async.put_async(c, 2))
    assert.is_true(c.closed)
    assert.is_false(async.put_async(c, 3))
    assert.equal(2, #c)
  end)

  it("all parked putters go on, not only the first: callbacks, blocks and alts", function()
    local c = async.chan(1, x.tk2)
    local log, note = more.recorder()
    local other, results = async.chan(), {}
    async.put_async(c, 1)
    async.put_async(c, 2, note)
    for i = 1, 5 do
      results[i] = async.go(function() return async.park_put(c, i) end)
      results[i + 5] = async.go(function() return async.park_alts({ other, { c, i } })[1] end)
      async.put_async(c, i, note)
    end
    assert.equal(1, async.block_take(c))
    for i = 1, 10 do assert.is_true(async.block_take(results[i])) end
    more.settle()
    assert.equal(6, log.n)
    for i = 1, 6 do assert.is_true(log[i]) end
    assert.equal(2, async.block_take(c))
    assert.is_nil(async.block_take(c))
    assert.is_nil(async.try_put(other, 1))
  end)

  it("the value that brought the end is delivered when the step had added it", function()
    local c = async.chan(1, x.each(function(step, acc, value) return async.reduced(step(acc, value)) end))
    local taker = async.go(function() return async.park_take(c) end)
    assert.is_true(async.block_put(c, "last"))
    assert.equal("last", async.block_take(taker))
    assert.is_true(c.closed)
  end)

  it("the value is lost when the step did not add it, and the put is still true", function()
    local c = async.chan(1, x.each(function(_, acc) return async.reduced(acc) end))
    assert.is_true(async.block_put(c, "unwanted"))
    assert.is_nil(async.block_take(c))
  end)

  it("an end inside an expanding step keeps what was added before it", function()
    local c = async.chan(1, function(step) return x.cat(x.take(3)(step)) end)
    assert.is_true(async.put_async(c, { 1, 2, 3, 4, 5 }))
    assert.is_true(c.closed)
    for i = 1, 3 do assert.equal(i, async.block_take(c)) end
    assert.is_nil(async.block_take(c))
  end)
end)
