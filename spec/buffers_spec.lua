local async = require("async")
local support = require("spec.support.init")
local raises = support.raises

describe("buffers and construction", function()
  it("01: offer! fills a channel of two and poll! empties it in order", function()
    local c = async.chan(2)
    assert.is_true(async["offer!"](c, 1))
    assert.is_true(async.try_put(c, 2))
    assert.is_nil(async["offer!"](c, 3))
    assert.equal(2, #c)
    assert.equal(1, async["poll!"](c))
    assert.equal(2, async.try_take(c))
    assert.is_nil(async["poll!"](c))
  end)

  it("02: an unbuffered channel with nobody waiting refuses offer! and poll!", function()
    local c = async.chan()
    assert.is_nil(async["offer!"](c, 1))
    assert.is_nil(async.try_take(c))
    assert.is_nil(async["poll!"](c))
    assert.equal(0, #c)
  end)

  it("03: chan(0) is unbuffered like chan()", function()
    local c = async.chan(0)
    assert.is_nil(async.try_put(c, 1))
    assert.is_nil(async.try_take(c))
    local seen, taken = support.recorder()
    async.take_async(c, taken)
    assert.is_true(async.try_put(c, 1))
    support.T(1)
    assert.same({ n = 1, 1 }, seen)
  end)

  it("04: a transducer without a buffer is refused", function()
    raises("buffer must be supplied", async.chan, nil, support.inc)
    raises("buffer must be supplied", async.chan, 0, support.inc)
  end)

  it("05: an error handler without a transducer is accepted", function()
    local function handler() return "unused" end
    local plain, buffered = async.chan(nil, nil, handler), async.chan(1, nil, handler)
    assert.is_nil(async.try_put(plain, 1))
    assert.is_true(async.try_put(buffered, 1))
    assert.equal(1, async.try_take(buffered))
  end)

  it("06: a fixed buffer says full at its size, yet takes an overshoot", function()
    local b = async.buffer(2)
    assert.is_false(b["full?"](b))
    b["add!"](b, 1)
    assert.is_false(b:is_full())
    b:add(2)
    assert.equal(2, #b)
    assert.is_true(b["full?"](b))
    b["add!"](b, 3)
    assert.equal(3, #b)
    assert.equal(3, b:length())
    assert.is_true(b:is_full())

    assert.equal(1, b["remove!"](b))
    assert.equal(2, #b)
    assert.is_true(b["full?"](b))
    assert.equal(2, b:remove())
    assert.equal(1, #b)
    assert.is_false(b["full?"](b))
    assert.equal(3, b["remove!"](b))
    assert.equal(0, #b)
    assert.is_nil(b["remove!"](b))
    assert.is_nil(b:remove())
    assert.equal(0, #b)
  end)

  it("07: a dropping buffer keeps the oldest and is never full", function()
    for _, key in ipairs({ "dropping-buffer", "dropping_buffer" }) do
      local b = async[key](2)
      for value = 1, 3 do
        b["add!"](b, value)
        assert.is_false(b["full?"](b))
      end
      assert.equal(2, #b)
      assert.equal(1, b["remove!"](b))
      assert.equal(2, b["remove!"](b))
      assert.is_nil(b["remove!"](b))
    end
  end)

  it("08: a sliding buffer keeps the newest and is never full", function()
    for _, key in ipairs({ "sliding-buffer", "sliding_buffer" }) do
      local b = async[key](2)
      for value = 1, 3 do
        b["add!"](b, value)
        assert.is_false(b["full?"](b))
      end
      assert.equal(2, #b)
      assert.equal(2, b["remove!"](b))
      assert.equal(3, b["remove!"](b))
      assert.is_nil(b["remove!"](b))
    end
  end)

  it("09: a promise buffer keeps its first value for good", function()
    for _, key in ipairs({ "promise-buffer", "promise_buffer" }) do
      local b = async[key]()
      assert.equal(0, #b)
      assert.is_false(b["full?"](b))
      b["add!"](b, 1)
      assert.equal(1, #b)
      b["add!"](b, 2)
      assert.equal(1, #b)
      assert.is_false(b["full?"](b))
      assert.equal(1, b["remove!"](b))
      assert.equal(1, b["remove!"](b))
      assert.is_nil(b["close-buf!"](b))
      assert.equal(1, b:remove())
      assert.is_nil(b:close_buf())
      assert.equal(1, b["remove!"](b))
    end
  end)

  it("09: a promise buffer closed before its value stays at nil", function()
    local b = async.promise_buffer()
    b["close-buf!"](b)
    b["add!"](b, 1)
    assert.is_nil(b["remove!"](b))
    assert.is_nil(b["remove!"](b))
  end)

  it("10: unblocking-buffer? is true for dropping, sliding and promise buffers only", function()
    for _, key in ipairs({ "unblocking-buffer?", "is_unblocking_buffer" }) do
      local ask = async[key]
      assert.is_false(ask(async.buffer(1)))
      assert.is_true(ask(async.dropping_buffer(1)))
      assert.is_true(ask(async.sliding_buffer(1)))
      assert.is_true(ask(async.promise_buffer()))
      assert.is_false(ask(42))
      assert.is_false(ask(nil))
      assert.is_false(ask({}))
      assert.is_false(ask(async.chan(async.sliding_buffer(1))))
    end
  end)

  it("11: a buffer size is a whole number above zero, however it is written", function()
    for _, key in ipairs({ "buffer", "dropping_buffer", "sliding_buffer" }) do
      for _, size in ipairs({ 0, -1, "x", 1.5, math.huge, 0 / 0, {}, false }) do
        raises(key, async[key], size)
      end
    end
    for _, size in ipairs({ 2, 2.0 }) do
      local c = async.chan(size)
      assert.is_true(async.try_put(c, 1))
      assert.is_true(async.try_put(c, 2))
      assert.is_nil(async.try_put(c, 3))
    end
    assert.equal(2, async.buffer(2.0).size)
  end)

  it("12: chan? knows a channel from everything else", function()
    for _, key in ipairs({ "chan?", "is_chan" }) do
      local ask = async[key]
      assert.is_true(ask(async.chan()))
      assert.is_true(ask(async.chan(1)))
      assert.is_true(ask(async.promise_chan()))
      assert.is_true(ask(async.timeout(1)))
      assert.is_false(ask({}))
      assert.is_false(ask(nil))
      assert.is_false(ask(5))
      assert.is_false(ask("chan"))
      assert.is_false(ask(async.buffer(1)))
      assert.is_false(ask(setmetatable({}, { __index = { type = "no channel" } })))
    end
  end)

  it("a buffer object serves as the buffer of one channel and of no second one", function()
    local b = async.sliding_buffer(2)
    local c = async.chan(b)
    for value = 1, 4 do assert.is_true(async.put_async(c, value)) end
    assert.equal(2, #c)
    assert.is_false((pcall(async.chan, b)))
    assert.equal(3, async.try_take(c))
    assert.equal(4, async.try_take(c))
  end)
end)
