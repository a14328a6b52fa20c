-- Go blocks: what starts when, what comes out, and what an error does.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local go, chan = async.go, async.chan
local park_take, park_put = async.park_take, async.park_put
local block_take = async.block_take

local function returning(value)
  return go(function() return value end)
end

describe("go", function()
  it("48: gives its result once, then nil", function()
    local ten, none, no = returning(10), returning(nil), returning(false)
    assert.equal(10, block_take(ten))
    assert.is_nil(block_take(none))
    assert.is_false(block_take(no))
    assert.is_nil(block_take(ten))
    assert.is_nil(block_take(none))
    assert.is_nil(block_take(no))
  end)

  it("48: keeps the result in a buffer of one and closes behind it", function()
    local result = returning "kept"
    assert.is_true(result.closed)
    assert.equal(1, #result)
    assert.is_false(async.put_async(result, "more"))
    assert.equal("kept", block_take(result))
  end)

  it("49: a put that parks and the result arrive on their own channels", function()
    local c = chan()
    local g = go(function()
      park_put(c, "foo")
      return 42
    end)
    assert.equal("foo", block_take(c))
    assert.equal(42, block_take(g))
  end)

  it("50: a block may put more than the buffer holds and take from it too", function()
    local c, got = chan(1), {}
    local g = go(function()
      for _, word in ipairs { "foo", "bar", "baz", "boz" } do park_put(c, word) end
      return park_take(c)
    end)
    for _ = 1, 3 do got[block_take(c)] = true end
    got[block_take(g)] = true
    assert.same({ foo = true, bar = true, baz = true, boz = true }, got)
  end)

  it("51: an error before the first park closes the result and is reported once", function()
    local result
    local errors = more.reported(function()
      result = go(function() error "x51" end)
      assert.is_nil(block_take(result))
    end)
    assert.is_true(result.closed)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("x51", 1, true))
  end)

  it("52: an error after a park closes the result within a second and is reported", function()
    local result, seconds
    local errors = more.reported(function()
      local start = more.now()
      result = go(function()
        park_take(async.timeout(10))
        error "x52"
      end)
      assert.is_nil(block_take(result))
      seconds = more.now() - start
    end)
    assert.is_true(result.closed)
    assert.is_true(seconds < 1)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("x52", 1, true))
  end)

  it("53: pcall works around a park", function()
    local ok, err
    local errors = more.reported(function()
      block_take(go(function()
        ok, err = async.pcall(function()
          park_take(async.timeout(5))
          error "e53"
        end)
      end))
    end)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("e53", 1, true))
    assert.equal(0, #errors)
  end)

  it("54: a channel is a value like any other, so nested results unwrap one at a time", function()
    local outer = go(function()
      return go(function() return 42 end)
    end)
    local inner = block_take(outer)
    assert.is_true(async.is_chan(inner))
    assert.equal(42, block_take(inner))
  end)

  it("55: the body runs to its first park before go returns", function()
    local c, before, after = chan(), false, false
    go(function()
      before = true
      park_take(c)
      after = true
    end)
    assert.is_true(before)
    assert.is_false(after)
    async.put_async(c, 1)
    more.settle()
    assert.is_true(after)
  end)

  it("59: ten thousand blocks on as many channels all go on after one put each", function()
    local count, channels, sum = 10000, {}, 0
    for i = 1, count do
      local c = chan()
      channels[i] = c
      go(function()
        local value = park_take(c)
        sum = sum + value
      end)
    end
    for i = 1, count do assert(async.put_async(channels[i], i)) end
    more.settle()
    assert.equal(count * (count + 1) / 2, sum)
  end)
end)

describe("go, beyond the numbered list", function()
  it("hands its further arguments to the function", function()
    local got
    go(function(...) got = more.pack(...) end, 1, nil, "three", nil)
    assert.same({ n = 4, 1, nil, "three", nil }, got)
  end)

  it("takes only the first result", function()
    local result = go(function() return 1, 2, 3 end)
    assert.equal(1, block_take(result))
    assert.is_nil(block_take(result))
  end)

  it("is the same function under all its names", function()
    assert.equal(async.go, async["go*"])
    assert.equal(async.go, async.spawn)
  end)

  --- 1, 2, 3 and the end.
  local function three()
    local c = chan(3)
    for i = 1, 3 do async.put_async(c, i) end
    async.close(c)
    return c
  end

  local function deep(n, f)
    if n == 0 then return f() end
    local value = deep(n - 1, f)
    return value
  end

  it("parks from nested functions", function()
    local c = three()
    assert.equal(1, more.in_go(function() return deep(20, function() return (park_take(c)) end) end))
  end)

  if can.yield_anywhere then
    it("parks from iterators and metamethods", function()
      local c = three()
      local object = setmetatable({}, { __index = function(_, key) return key .. park_take(c) end })
      assert.equal("key1", more.in_go(function() return deep(20, function() return object.key end) end))
      local rest = more.in_go(function()
        local list = {}
        for value in function() return park_take(c) end do list[#list + 1] = value end
        return list
      end)
      assert.same({ 2, 3 }, rest)
    end)
  end

  it("parks in an error handler's protected call and goes on with the values it had", function()
    local c = chan()
    local result = go(function()
      local a, b = "a", "b"
      local ok, value = async.xpcall(function() return park_take(c) end, debug.traceback)
      return tostring(ok) .. a .. b .. value
    end)
    async.put_async(c, "c")
    assert.equal("trueabc", block_take(result))
  end)

  it("carries functions, tables, threads and channels untouched", function()
    local values = { {}, function() end, coroutine.create(function() end), chan(), io.stdout, "s", 1.5 }
    local c = chan()
    go(function()
      for _, value in ipairs(values) do park_put(c, value) end
    end)
    for _, value in ipairs(values) do assert.equal(value, block_take(c)) end
  end)

  it("gives true from a put that was taken and false from a closed one", function()
    local c = chan()
    local result = go(function()
      local first = park_put(c, 1)
      async.close(c)
      return { first, park_put(c, 2) }
    end)
    assert.equal(1, block_take(c))
    assert.same({ true, false }, block_take(result))
  end)

  it("lets a parked put outlive a close until somebody takes it", function()
    local c = chan()
    local result = go(function() return park_put(c, "kept") end)
    async.close(c)
    assert.equal(0, #result)
    assert.equal("kept", block_take(c))
    assert.is_true(block_take(result))
    assert.is_nil(block_take(c))
  end)

  it("wakes every taker of a channel that closes, each with nil", function()
    local c, log = chan(), {}
    for i = 1, 3 do
      go(function()
        local value = park_take(c)
        log[#log + 1] = { i, value }
      end)
    end
    async.close(c)
    more.settle()
    assert.same({ { 1 }, { 2 }, { 3 } }, log)
  end)

  it("runs a body that never parks without queuing anything", function()
    more.settle()
    go(function() return 1 end)
    assert.equal(0, async.dispatched())
  end)
end)

describe("a coroutine of the user's own", function()
  it("parks and is resumed like a go block", function()
    local c, got = chan(), nil
    local co = coroutine.create(function() got = park_take(c) end)
    assert.is_true(coroutine.resume(co))
    assert.equal("suspended", coroutine.status(co))
    async.put_async(c, "value")
    more.settle()
    assert.equal("value", got)
    assert.equal("dead", coroutine.status(co))
  end)

  it("is not the main thread", function()
    local inside
    coroutine.wrap(function() inside = async.is_main_thread() end)()
    assert.is_false(inside)
    assert.is_true(async.is_main_thread())
  end)

  it("reports an error that it meets after it was resumed by the library", function()
    local c = chan()
    local errors = more.reported(function()
      coroutine.wrap(function()
        park_take(c)
        error "later"
      end)()
      async.put_async(c, 1)
    end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("later", 1, true))
  end)

  it("uses the short names put, take and alts by parking", function()
    local c, got = chan(), {}
    coroutine.wrap(function()
      got[1] = async.take(c)
      got[2] = async.put(c, "back")
      got[3] = async.alts({ c })[1]
    end)()
    assert.is_true(async.put(c, "there"))
    assert.equal("back", async.take(c))
    assert.is_true(async.put(c, "again"))
    more.settle()
    assert.same({ "there", true, "again" }, got)
  end)
end)
