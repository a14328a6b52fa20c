-- Transducers on channels: expanding, filtering, ending early, completing, failing.
local async = require "async"
local more = require "spec.support.more"
local x = require "spec.support.xforms"

local chan, close = async.chan, async.close
local put_async, take_async, block_take = async.put_async, async.take_async, async.block_take
local tk2, pall2 = x.tk2, x.pall2

local function wrap_or_fail(calls)
  return x.each(function(step, acc, value)
    if calls then calls.n = calls.n + 1 end
    if value == 3 then error "three" end
    return step(acc, { value })
  end)
end

--- Registers `count` takers; the log fills as they are served.
local function waiting(c, count)
  local log, note = more.recorder()
  for _ = 1, count do take_async(c, note) end
  return log
end

local function drained(c)
  local list = {}
  for value in function() return block_take(c) end do list[#list + 1] = value end
  return list
end

describe("a transducer", function()
  it("84: maps", function()
    local c = chan(1, x.inc)
    assert.is_true(put_async(c, 1))
    assert.equal(2, block_take(c))
  end)

  it("84: filters", function()
    local c = chan(10, x.even)
    for i = 0, 9 do assert.is_true(put_async(c, i)) end
    close(c)
    assert.same({ 0, 2, 4, 6, 8 }, drained(c))
  end)

  it("84: expands", function()
    local c = chan(20, x.each(function(step, acc, value) return step(step(acc, value), value) end))
    for i = 0, 4 do put_async(c, i) end
    close(c)
    assert.same({ 0, 0, 1, 1, 2, 2, 3, 3, 4, 4 }, drained(c))
  end)

  it("85: groups, and gives the short group at close", function()
    local c = chan(10, x.partition_all(5))
    for i = 0, 7 do put_async(c, i) end
    close(c)
    assert.same({ 0, 1, 2, 3, 4 }, block_take(c))
    assert.same({ 5, 6, 7 }, block_take(c))
    assert.is_nil(block_take(c))
  end)

  it("86: may fill the buffer past its size; the channel is full until it is below it", function()
    local c = chan(1, x.cat)
    assert.is_true(put_async(c, { 1, 2, 3 }))
    assert.equal(1, block_take(c))
    assert.is_nil(async.try_put(c, { 4, 5, 6 }))
    assert.equal(2, block_take(c))
    assert.is_nil(async.try_put(c, { 4, 5, 6 }))
    assert.equal(3, block_take(c))
    assert.is_true(async.try_put(c, { 4, 5, 6 }))
    close(c)
    assert.same({ 4, 5, 6 }, drained(c))
  end)

  it("87: a pending put is pulled in only when the overfull buffer has room again", function()
    local c = chan(1, x.cat)
    local log, note = more.recorder()
    put_async(c, { 1, 2, 3 })
    assert.is_true(put_async(c, { 4, 5, 6 }, note))
    for i = 1, 2 do
      assert.equal(i, block_take(c))
      more.settle()
      assert.equal(0, log.n)
    end
    assert.equal(3, block_take(c))
    more.settle()
    assert.same({ n = 1, true }, log)
    for i = 4, 6 do assert.equal(i, block_take(c)) end
  end)

  it("88: one expanding put feeds the waiting takers in order and leaves the fourth waiting", function()
    local c = chan(1, x.cat)
    local log = waiting(c, 4)
    put_async(c, { 1, 2, 3 })
    more.settle()
    assert.same({ n = 3, 1, 2, 3 }, log)
    put_async(c, { 4 })
    more.settle()
    assert.same({ n = 4, 1, 2, 3, 4 }, log)
  end)

  it("89: that has enough closes the channel behind its last value", function()
    local c = chan(10, tk2)
    assert.is_true(put_async(c, 1))
    assert.is_true(put_async(c, 2))
    assert.is_true(c.closed)
    assert.is_false(put_async(c, 3))
    assert.same({ 1, 2 }, drained(c))
    assert.is_true(c.closed)
  end)

  it("90: ending early tells every pending put true and drops its value", function()
    local c = chan(1, tk2)
    local log, note = more.recorder()
    put_async(c, 1)
    for i = 2, 4 do assert.is_true(put_async(c, i, note)) end
    assert.equal(1, block_take(c))
    more.settle()
    assert.same({ n = 3, true, true, true }, log)
    assert.equal(2, block_take(c))
    assert.is_nil(block_take(c))
    assert.is_false(put_async(c, 5))
  end)

  it("91: ending early gives the takers that are left over nil", function()
    local c = chan(1, tk2)
    local log = waiting(c, 3)
    put_async(c, 1)
    put_async(c, 2)
    more.settle()
    assert.same({ n = 3, 1, 2, nil }, log)
  end)

  it("92: what it adds at close goes to the waiting taker", function()
    local c = chan(1, pall2)
    put_async(c, 1)
    local log = waiting(c, 2)
    close(c)
    more.settle()
    assert.equal(2, log.n)
    assert.same({ 1 }, log[1])
    assert.is_nil(log[2])
    assert.is_nil(block_take(c))
  end)

  it("93: completes after the puts that were pending at close", function()
    local c = chan(1, pall2)
    for i = 1, 3 do assert.is_true(put_async(c, i)) end
    close(c)
    assert.same({ 1, 2 }, block_take(c))
    assert.same({ 3 }, block_take(c))
    assert.is_nil(block_take(c))
  end)

  it("94: is told to complete once, however often the drained channel is asked", function()
    local count = 0
    local c = chan(1, x.on_complete(function(step, acc)
      count = count + 1
      return step(step(acc, "last"))
    end))
    close(c)
    assert.equal("last", block_take(c))
    for _ = 1, 4 do assert.is_nil(block_take(c)) end
    close(c)
    assert.is_nil(async.try_take(c))
    assert.equal(1, count)
  end)

  it("95: that fails is replaced by the handler's value, which skips the transducer", function()
    local calls, seen = { n = 0 }, {}
    local c = chan(5, wrap_or_fail(calls), function(...)
      seen[#seen + 1] = more.pack(...)
      return "err"
    end)
    assert.is_true(put_async(c, 3))
    assert.equal("err", block_take(c))
    assert.equal(1, calls.n)
    assert.equal(1, #seen)
    assert.truthy(seen[1][1]:find("three", 1, true))
  end)

  it("96: that fails under a handler without a value just loses the value", function()
    local c = chan(5, wrap_or_fail(), function() return nil end)
    assert.is_true(put_async(c, 3))
    assert.is_nil(async.try_take(c))
    assert.equal(0, #c)
    assert.is_true(put_async(c, 4))
    assert.same({ 4 }, block_take(c))
  end)

  it("96: the handler's false is a value", function()
    local c = chan(5, wrap_or_fail(), function() return false end)
    assert.is_true(put_async(c, 3))
    assert.is_false(block_take(c))
  end)

  it("97: the handler's value is buffered even when the step had filled the buffer", function()
    local c = chan(1, x.each(function(step, acc, value)
      step(step(acc, value), value)
      error "full and broken"
    end), function() return "err" end)
    local log, note = more.recorder()
    assert.is_true(put_async(c, 1, note))
    assert.same({ n = 1, true }, log)
    assert.equal(3, #c)
    close(c)
    assert.same({ 1, 1, "err" }, drained(c))
  end)

  it("98: that fails at close gives the handler's value once, then nil", function()
    local c = chan(1, x.on_complete(function() error "at the end" end), function() return "fix" end)
    close(c)
    assert.equal("fix", block_take(c))
    for _ = 1, 3 do assert.is_nil(block_take(c)) end
  end)

  it("98: and gives it to the taker that was waiting", function()
    local c = chan(1, x.on_complete(function() error "at the end" end), function() return "fix" end)
    local log = waiting(c, 2)
    close(c)
    more.settle()
    assert.same({ n = 2, "fix", nil }, log)
  end)

  it("99: the handler gets what was thrown, unchanged", function()
    local thrown, got = { data = 3 }, nil
    local c = chan(1, x.map(function() error(thrown) end), function(err) got = err end)
    put_async(c, 1)
    assert.equal(thrown, got)
  end)

  it("100: that fails without a handler is reported, and the channel works on", function()
    local c, answer = chan(5, wrap_or_fail()), nil
    local errors = more.reported(function() answer = put_async(c, 3) end)
    assert.is_true(answer)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("three", 1, true))
    assert.is_false(c.closed)
    assert.is_true(put_async(c, 4))
    assert.same({ 4 }, block_take(c))
  end)
end)

describe("a transducer, beyond the numbered list", function()
  it("may let one take pull in many puts", function()
    local c = chan(1, x.even)
    local log, note = more.recorder()
    put_async(c, 2)
    for _, i in ipairs { 1, 3, 5, 4, 7 } do put_async(c, i, note) end
    assert.equal(2, block_take(c))
    more.settle()
    assert.same({ n = 4, true, true, true, true }, log)
    assert.equal(4, block_take(c))
    more.settle()
    assert.equal(5, log.n)
  end)

  it("leaves takers waiting when it adds nothing", function()
    local c = chan(1, x.even)
    local log = waiting(c, 1)
    assert.is_true(put_async(c, 1))
    more.settle()
    assert.equal(0, log.n)
    assert.is_true(put_async(c, 2))
    more.settle()
    assert.same({ n = 1, 2 }, log)
  end)

  it("works on dropping and sliding buffers", function()
    local dropping = chan(async.dropping_buffer(2), x.cat)
    local sliding = chan(async.sliding_buffer(2), x.cat)
    for _, c in ipairs { dropping, sliding } do
      assert.is_true(put_async(c, { 1, 2, 3, 4 }))
      close(c)
    end
    assert.same({ 1, 2 }, drained(dropping))
    assert.same({ 3, 4 }, drained(sliding))
  end)

  it("sees every value exactly once and in order, whoever puts", function()
    local seen = {}
    local c = chan(2, x.map(function(value)
      seen[#seen + 1] = value
      return value
    end))
    async.go(function()
      for i = 1, 50 do async.park_put(c, i) end
      close(c)
    end)
    local got = drained(c)
    assert.equal(50, #got)
    assert.same(got, seen)
  end)

  it("runs pending puts through itself when a close came before their turn", function()
    local c = chan(1, x.inc)
    for i = 1, 3 do put_async(c, i) end
    close(c)
    assert.same({ 2, 3, 4 }, drained(c))
  end)

  it("that ends early at a pending put still gives what is buffered", function()
    local c = chan(2, x.take(3))
    local log, note = more.recorder()
    for i = 1, 6 do put_async(c, i, note) end
    assert.same({ 1, 2, 3 }, drained(c))
    more.settle()
    assert.same({ n = 6, true, true, true, true, true, true }, log)
  end)

  it("ending early completes it once", function()
    local count = 0
    local counted = x.on_complete(function(step, acc)
      count = count + 1
      return step(acc)
    end)
    local c = chan(5, function(step) return tk2(counted(step)) end)
    put_async(c, 1)
    put_async(c, 2)
    close(c)
    assert.same({ 1, 2 }, drained(c))
    assert.is_nil(block_take(c))
    assert.equal(1, count)
  end)

  it("is built once per channel, so two channels do not share its state", function()
    local a, b = chan(5, pall2), chan(5, pall2)
    put_async(a, 1)
    put_async(b, 2)
    put_async(a, 3)
    assert.same({ 1, 3 }, block_take(a))
    assert.is_nil(async.try_take(b))
    close(b)
    assert.same({ 2 }, block_take(b))
  end)
end)
