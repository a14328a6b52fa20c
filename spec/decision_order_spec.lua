-- What put and take look at, in which order, and what close leaves for later.
local async = require "async"
local more = require "spec.support.more"
local foreign = require "spec.support.foreign"
local x = require "spec.support.xforms"

local chan, go, close = async.chan, async.go, async.close
local put_async, take_async, block_take = async.put_async, async.take_async, async.block_take

local function drained(c)
  local list = {}
  for value in function() return block_take(c) end do list[#list + 1] = value end
  return list
end

describe("put", function()
  it("refuses nil before it looks at anything else", function()
    local shut, full = chan(), chan(1)
    close(shut)
    put_async(full, 1)
    for _, c in ipairs { shut, full, chan() } do
      for _, put in ipairs { put_async, async.try_put, async.block_put } do
        local ok, err = pcall(put, c, nil)
        assert.is_false(ok)
        assert.truthy(err:find("nil", 1, true))
      end
      assert.is_false(more.in_go(async.pcall, async.park_put, c, nil))
    end
    assert.equal(1, #full)
  end)

  it("gives the oldest of the waiting takers the value", function()
    local c = chan(2)
    local log = {}
    for i = 1, 3 do take_async(c, function(value) log[#log + 1] = { i, value } end) end
    for i = 1, 3 do put_async(c, i * 10) end
    more.settle()
    assert.same({ { 1, 10 }, { 2, 20 }, { 3, 30 } }, log)
    assert.equal(0, #c)
  end)

  it("on a closed channel drops the value and tells false even when takers could come", function()
    local c, log = chan(3), {}
    close(c)
    assert.is_false(put_async(c, 1, function(v) log[#log + 1] = v end))
    assert.is_false(more.in_go(async.park_put, c, 1))
    assert.is_false(async.block_put(c, 1))
    assert.is_false(async.try_put(c, 1))
    assert.same({ false }, log)
    assert.is_nil(block_take(c))
  end)

  it("of a windowed buffer never waits", function()
    for _, make in ipairs { async.dropping_buffer, async.sliding_buffer } do
      local c = chan(make(2))
      local log, note = more.recorder()
      for i = 1, 2000 do assert(put_async(c, i, note)) end
      assert.equal(2000, log.n)
      assert.equal(2, #c)
    end
  end)
end)

describe("take", function()
  it("refills the buffer from the puts that wait, oldest first", function()
    local c = chan(2)
    local log = {}
    for i = 1, 5 do put_async(c, i, function() log[#log + 1] = i end) end
    assert.same({ 1, 2 }, log)
    assert.equal(1, block_take(c))
    more.settle()
    assert.same({ 1, 2, 3 }, log)
    assert.equal(2, #c)
    close(c)
    assert.same({ 2, 3, 4, 5 }, drained(c))
  end)

  it("of a refilling put tells true even when the channel is closed meanwhile", function()
    local c = chan(1)
    local log, note = more.recorder()
    put_async(c, 1)
    put_async(c, 2, note)
    close(c)
    take_async(c, function() end)
    more.settle()
    assert.same({ n = 1, true }, log)
    assert.equal(2, block_take(c))
  end)

  it("skips the dead putters when it refills", function()
    local c, other = chan(1), chan(1)
    put_async(c, "buffered")
    put_async(other, "ready")
    local got = more.in_go(async.park_alts, { { c, "dead" }, other }, "priority", true)
    assert.equal(other, got[2])
    put_async(c, "live")
    assert.equal("buffered", block_take(c))
    assert.equal("live", block_take(c))
    assert.is_nil(async.try_take(c))
  end)

  it("stops to refill when the transducer had enough", function()
    local seen = {}
    local c = chan(2, function(step)
      return x.each(function(next_step, acc, value)
        seen[#seen + 1] = value
        return next_step(acc, value)
      end)(x.take(3)(step))
    end)
    local log, note = more.recorder()
    for i = 1, 8 do put_async(c, i, note) end
    assert.same({ 1, 2, 3 }, drained(c))
    more.settle()
    assert.equal(8, log.n)
    assert.same({ 1, 2, 3 }, seen)
  end)

  it("ready at once commits a handler once, waiting it commits when it is served", function()
    local c = chan(1)
    local h = foreign.handler { blockable = true, once = true }
    put_async(c, 1)
    assert.same({ 1 }, c["take!"](c, h, true))
    assert.equal(1, h.commits)
  end)
end)

describe("close", function()
  it("leaves the puts that wait: blocks, callbacks and alts are all served later", function()
    local c, log = chan(), {}
    local block = go(function() return async.park_put(c, "block") end)
    put_async(c, "callback", function(v) log[#log + 1] = v end)
    local alts = go(function() return async.park_alts({ { c, "alts" } })[1] end)
    close(c)
    more.settle()
    assert.same({}, log)
    assert.same({ "block", "callback", "alts" }, drained(c))
    assert.is_true(block_take(block))
    assert.is_true(block_take(alts))
    assert.same({ true }, log)
  end)

  it("leaves what is buffered, for every kind of buffer", function()
    local expected = { buffer = { 1, 2, 3, 4 }, dropping_buffer = { 1, 2 }, sliding_buffer = { 3, 4 } }
    for kind, values in pairs(expected) do
      local c = chan(async[kind](2))
      for i = 1, 4 do put_async(c, i) end
      close(c)
      assert.same(values, drained(c))
    end
  end)

  it("completes the transducer at once without waiting puts, else behind the last of them", function()
    local count = 0
    local function counted()
      count = 0
      return x.on_complete(function(step, acc)
        count = count + 1
        return step(step(acc, "end"))
      end)
    end
    local c = chan(1, counted())
    put_async(c, 1)
    close(c)
    assert.equal(1, count)
    assert.same({ 1, "end" }, drained(c))
    assert.equal(1, count)

    local d = chan(1, counted())
    put_async(d, 1)
    put_async(d, 2)
    close(d)
    assert.equal(0, count)
    assert.equal(1, block_take(d))
    assert.equal(0, count)
    assert.equal(2, block_take(d))
    assert.equal("end", block_take(d))
    for _ = 1, 3 do assert.is_nil(block_take(d)) end
    assert.equal(1, count)
  end)

  it("with poll! as the taker completes behind the last put too", function()
    local c = chan(1, x.pall2)
    for i = 1, 3 do put_async(c, i) end
    close(c)
    assert.same({ 1, 2 }, async.try_take(c))
    assert.same({ 3 }, async.try_take(c))
    assert.is_nil(async.try_take(c))
  end)

  it("from inside a callback of the same channel is an ordinary close", function()
    local c, log = chan(), {}
    take_async(c, function(value)
      log[#log + 1] = value
      close(c)
    end)
    take_async(c, function(value) log[#log + 1] = tostring(value) end)
    put_async(c, 1)
    more.settle()
    assert.same({ 1, "nil" }, log)
  end)

  it("does not end a blocking put that waits: it ends when the value is taken", function()
    local c = chan()
    local taken
    go(function()
      async.park_take(async.timeout(1))
      close(c)
      async.park_take(async.timeout(20))
      taken = async.park_take(c)
    end)
    assert.is_true(async.block_put(c, "patient"))
    assert.equal("patient", taken)
  end)
end)
