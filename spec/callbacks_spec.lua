local async = require("async")
local support = require("spec.support.init")
local T, recorder = support.T, support.recorder

-- 1, 2, … n
local function upto(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

describe("callbacks", function()
  it("14: a put that completes at once calls back before it returns", function()
    local c = async.chan(1)
    local seen, f = recorder()
    assert.is_true(async["put!"](c, 1, f))
    assert.same({ n = 1, true }, seen)
    T(1)
    assert.equal(1, seen.n)
  end)

  it("14: on-caller false moves that call to a later turn", function()
    local c = async.chan(1)
    local seen, f = recorder()
    assert.is_true(async.put_async(c, 1, f, false))
    assert.equal(0, seen.n)
    T(1)
    assert.same({ n = 1, true }, seen)
  end)

  it("15: a pending put is called back once, after a taker came", function()
    local c = async.chan()
    local put, f = recorder()
    local taken, g = recorder()
    assert.is_true(async["put!"](c, 1, f))
    assert.equal(0, put.n)
    async["take!"](c, g)
    assert.same({ n = 1, 1 }, taken)
    T(1)
    assert.same({ n = 1, true }, put)
    assert.equal(1, taken.n)
  end)

  it("16: a pending take is called back once, after a putter came", function()
    local c = async.chan()
    local seen, g = recorder()
    assert.is_nil(async["take!"](c, g))
    assert.equal(0, seen.n)
    assert.is_true(async["put!"](c, 7))
    T(1)
    assert.same({ n = 1, 7 }, seen)
  end)

  it("16: a pending callback never runs inside the call that completes it", function()
    local c = async.chan()
    local seen, g = recorder()
    async.take_async(c, g, true)
    async.put_async(c, 7)
    local at_return = seen.n -- read at once: the debug hook may run tasks soon
    local put, f = recorder()
    async.put_async(c, 8, f, true)
    local polled, at_poll = async.try_take(c), put.n
    assert.same({ 0, 8, 0 }, { at_return, polled, at_poll })
    T(1)
    assert.same({ n = 1, 7 }, seen)
    assert.same({ n = 1, true }, put)
  end)

  it("17: on-caller false moves the callback of a ready take to a later turn", function()
    local c = async.chan(1)
    async.put_async(c, 5)
    local seen, g = recorder()
    assert.is_nil(async["take!"](c, g, false))
    assert.equal(0, seen.n)
    assert.equal(0, #c) -- the value itself is taken already
    T(1)
    assert.same({ n = 1, 5 }, seen)
  end)

  it("on-caller given as nil counts as false, by the number of arguments", function()
    local c = async.chan(1)
    local put, f = recorder()
    async.put_async(c, 1, f, nil)
    assert.equal(0, put.n)
    local taken, g = recorder()
    async.take_async(c, g, nil)
    assert.equal(0, taken.n)
    T(1)
    assert.same({ n = 1, true }, put)
    assert.same({ n = 1, 1 }, taken)
  end)

  it("a put on a closed channel honours on-caller as well", function()
    local c = async.chan()
    async.close(c)
    local put, f = recorder()
    local taken, g = recorder()
    local answer, put_calls = async.put_async(c, 1, f, false), put.n
    async.take_async(c, g, false)
    local take_calls = taken.n
    assert.same({ false, 0, 0 }, { answer, put_calls, take_calls })
    T(1)
    assert.same({ n = 1, false }, put)
    assert.same({ n = 1 }, taken)
  end)

  it("23: one take completes the put behind the buffered one", function()
    local c = async.chan(1)
    local first, f = recorder()
    local second, g = recorder()
    local taken, h = recorder()
    async.put_async(c, 42, f)
    async.put_async(c, 42, g)
    assert.equal(0, second.n)
    async.take_async(c, h)
    T(1)
    assert.same({ n = 1, true }, first)
    assert.same({ n = 1, true }, second)
    assert.same({ n = 1, 42 }, taken)
  end)

  it("24: twenty waiting takers run in the order of the puts", function()
    local c = async.chan()
    local seen, g = recorder()
    for _ = 1, 20 do async["take!"](c, g) end
    for i = 1, 20 do async["put!"](c, i) end
    T(1)
    seen.n = nil
    assert.same(upto(20), seen)
  end)

  it("25: ten parked go blocks resume in the order of the puts", function()
    local c = async.chan()
    local log = {}
    for _ = 1, 10 do
      async.go(function()
        local value = async["<!"](c)
        log[#log + 1] = value
      end)
    end
    for i = 1, 10 do async.put_async(c, i) end
    T(1)
    assert.same(upto(10), log)
  end)

  it("26: five parked putters are taken in the order they parked", function()
    local c = async.chan()
    for i = 1, 5 do
      async.go(function() async[">!"](c, i) end)
    end
    local got = {}
    for i = 1, 5 do got[i] = async["<!!"](c) end
    assert.same(upto(5), got)
  end)

  it("31: take! inside a go block returns at once and calls back once", function()
    local c = async.chan()
    local seen, g = recorder()
    local flag = false
    async.go(function()
      async["take!"](c, g)
      flag = true
    end)
    assert.is_true(flag)
    assert.equal(0, seen.n)
    async.put_async(c, 3)
    T(1)
    assert.same({ n = 1, 3 }, seen)
  end)

  it("32: put! inside a go block returns at once and calls back once", function()
    local c = async.chan()
    local seen, f = recorder()
    local flag = false
    async.go(function()
      async["put!"](c, 1, f)
      flag = true
    end)
    assert.is_true(flag)
    assert.equal(0, seen.n)
    assert.equal(1, async.try_take(c))
    T(1)
    assert.same({ n = 1, true }, seen)
  end)

  it("33: a dispatched callback that raises is reported and the rest of the turn runs", function()
    local seen, f = recorder()
    local reports = support.quiet_errors(function()
      async.put_async(async.chan(1), 1, function() error("boom 33") end, false)
      async.put_async(async.chan(1), 1, f, false)
      async.take_async(async.timeout(0), function() error({ code = 33 }) end)
      async.put_async(async.chan(1), 2, f, false)
      T(20)
    end)
    assert.same({ n = 2, true, true }, seen)
    assert.equal(2, #reports)
    assert.truthy(reports[1].report:find("boom 33", 1, true))
    assert.truthy(reports[1].err:find("boom 33", 1, true))
    assert.same({ code = 33 }, reports[2].err)
  end)

  it("34: what a callback on the caller raises goes to that caller", function()
    local thrown = { "mine" }
    local function thrower() error(thrown) end
    local c = async.chan(1)
    local reports = support.quiet_errors(function()
      local ok, err = pcall(async["put!"], c, 1, thrower)
      assert.is_false(ok)
      assert.equal(thrown, err)
      assert.equal(1, #c) -- the put itself has happened
      ok, err = pcall(async.take_async, c, thrower)
      assert.is_false(ok)
      assert.equal(thrown, err)
      assert.equal(0, #c)
      T(1)
    end)
    assert.equal(0, #reports)
    assert.is_true(async.put_async(c, 2))
    assert.equal(2, async.block_take(c))
  end)
end)
