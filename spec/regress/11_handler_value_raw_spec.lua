-- In async.fnl 1.6.35 the error handler's value went through the failing transducer again.
local async = require "async"
local more = require "spec.support.more"
local x = require "spec.support.xforms"

describe("regression 11: the error handler's value goes straight into the buffer", function()
  local function always_failing(calls)
    return x.each(function()
      calls.n = calls.n + 1
      error "always"
    end)
  end

  it("is not transformed, and a step that always fails is not called again for it", function()
    local calls = { n = 0 }
    local c = async.chan(3, always_failing(calls), function() return "plain" end)
    for _ = 1, 3 do assert.is_true(async.put_async(c, 1)) end
    for _ = 1, 3 do assert.equal("plain", async.block_take(c)) end
    assert.equal(3, calls.n)
  end)

  it("does not park the go block that put, however full the buffer is", function()
    local c = async.chan(1, x.each(function(step, acc, value)
      step(acc, value)
      error "after adding"
    end), function() return "extra" end)
    local parked = true
    async.go(function()
      async.park_put(c, 1)
      parked = false
    end)
    assert.is_false(parked)
    assert.equal(2, #c)
    assert.equal(1, async.block_take(c))
    assert.equal("extra", async.block_take(c))
  end)

  it("arrives on a closed channel, when completion fails behind pending puts", function()
    local c = async.chan(1, x.on_complete(function() error "at close" end), function() return "extra" end)
    async.put_async(c, 1)
    async.put_async(c, 2)
    async.close(c)
    for _, expected in ipairs { 1, 2, "extra" } do assert.equal(expected, async.block_take(c)) end
    assert.is_nil(async.block_take(c))
  end)

  it("reaches a taker that waits", function()
    local c = async.chan(1, always_failing { n = 0 }, function(err)
      return tostring(err):find("always", 1, true) and "seen"
    end)
    local log, note = more.recorder()
    async.take_async(c, note)
    async.take_async(c, note)
    async.put_async(c, 1)
    more.settle()
    assert.same({ n = 1, "seen" }, log)
  end)

  it("obeys the kind of the buffer: dropped, slid, promised", function()
    local handler = function() return "late" end
    local fails_on_bad = x.each(function(step, acc, value)
      if value == "bad" then error "bad" end
      return step(acc, value)
    end)
    local dropping = async.chan(async.dropping_buffer(1), fails_on_bad, handler)
    local sliding = async.chan(async.sliding_buffer(1), fails_on_bad, handler)
    local promise = async.promise_chan(fails_on_bad, handler)
    for _, c in ipairs { dropping, sliding, promise } do
      async.put_async(c, "good")
      assert.is_true(async.put_async(c, "bad"))
    end
    assert.equal("good", async.block_take(dropping))
    assert.equal("late", async.block_take(sliding))
    assert.equal("good", async.block_take(promise))
  end)
end)
