-- async.pcall and async.xpcall: Lua's own, but that they can be parked in on every Lua, 5.1 too.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local chan, go, put_async = async.chan, async.go, async.put_async
local park_take, park_put, block_take = async.park_take, async.park_put, async.block_take

local function list(...)
  return { n = select("#", ...), ... }
end

describe("async.pcall", function()
  it("gives what the function returns, nils too, across parks", function()
    local c = chan()
    local result = go(function()
      return list(async.pcall(function(a, b)
        local first, second = park_take(c), park_take(c)
        return a, first, nil, b, second, nil
      end, 1, nil))
    end)
    put_async(c, "one")
    put_async(c, "two")
    assert.same({ n = 7, true, 1, "one", nil, nil, "two", nil }, block_take(result))
  end)

  it("gives the error itself, before and after a park", function()
    local err = {}
    for _, parks in ipairs { false, true } do
      local ok, got = more.in_go(function()
        return async.pcall(function()
          if parks then park_take(async.timeout(1)) end
          error(err)
        end)
      end)
      assert.is_false(ok)
      assert.equal(err, got)
    end
  end)

  it("says where the error was raised", function()
    local _, err = more.in_go(function()
      return async.pcall(function()
        park_take(async.timeout(1))
        error "marked"
      end)
    end)
    assert.truthy(err:find("protect_spec.lua:%d+: marked"))
  end)

  it("parks the go block as a whole: one waits, and one task wakes it", function()
    local c = chan()
    more.settle()
    local before = async.stats().parked
    local result = go(function() return select(2, async.pcall(park_take, c)) end)
    assert.equal(1, async.stats().parked - before)
    assert.equal(0, async.dispatched())
    put_async(c, "woken")
    assert.equal(1, async.dispatched())
    assert.equal("woken", block_take(result))
  end)

  it("can be nested, each level catching its own", function()
    local c = chan()
    local result = go(function()
      local log = {}
      log[1] = list(async.pcall(function()
        log[2] = list(async.pcall(function()
          log[3] = list(async.pcall(function() error(park_take(c), 0) end))
          error(park_take(c), 0)
        end))
        error(park_take(c), 0)
      end))
      return log
    end)
    for i = 1, 3 do put_async(c, i) end
    local log = block_take(result)
    assert.same({ { n = 2, false, 3 }, { n = 2, false, 2 }, { n = 2, false, 1 } }, log)
  end)

  it("parks in puts, alts and operations on timeouts", function()
    local c, d = chan(), chan()
    local result = go(function()
      return list(async.pcall(function()
        local put = park_put(c, "value")
        local pair = async.park_alts { c, d }
        park_take(async.timeout(1))
        return put, pair[1], pair[2] == d
      end))
    end)
    assert.equal("value", block_take(c))
    put_async(d, "from d")
    assert.same({ n = 4, true, true, "from d", true }, block_take(result))
  end)

  it("a put in it that waits brings its value to whoever takes, and counts once", function()
    local c = chan()
    for i = 1, 3 do
      go(function() async.pcall(park_put, c, i) end)
    end
    assert.equal(1, async.try_take(c))
    assert.equal(2, block_take(c))
    assert.equal(3, async.try_take(c))
    assert.is_nil(async.try_take(c))
  end)

  it("calls a native function and an object that can be called", function()
    local callable = setmetatable({}, { __call = function(_, c) return park_take(c) end })
    for _, f in ipairs { async.take, park_take, callable } do
      local c = chan()
      local result = go(function() return list(async.pcall(f, c)) end)
      put_async(c, 5)
      assert.same({ n = 2, true, 5 }, block_take(result))
    end
  end)

  it("says what is wrong with something that cannot be called", function()
    local ok, err = more.in_go(async.pcall, 5)
    assert.is_false(ok)
    assert.truthy(err:find("call a number value", 1, true))
    assert.is_false(pcall(async.pcall))
  end)

  -- The order in which Lua looks for a function's name in its modules is one of chance.
  it("leaves pcall and xpcall their names in tracebacks and errors", function()
    for _ = 1, 8 do
      more.expect_ok [[
        require "async"
        local trace
        xpcall(function() pcall(function() trace = debug.traceback() end) end, print)
        local _, err = pcall(pcall)
        trace = trace .. err .. select(2, pcall(xpcall))
        assert(trace:find "%a+ 'pcall'\n" and trace:find "%a+ 'xpcall'\n", trace)
        assert(not trace:find("async.", 1, true), trace)
        print "ok"
      ]]
    end
  end)

  it("on the main thread leaves it the main thread: blocking operations work", function()
    local c = chan()
    go(function() park_put(c, "blocked") end)
    assert.same({ n = 2, true, "blocked" }, list(async.pcall(async.block_take, c)))
    assert.same({ n = 2, true, true }, list(async.pcall(async.is_main_thread)))
  end)

  it("in a coroutine of the program's passes on what it yields and is resumed with", function()
    local generator = coroutine.wrap(function(...)
      return async.pcall(function(a)
        local b = coroutine.yield(a, "first")
        local n = select("#", coroutine.yield(b, "second"))
        error(n, 0)
      end, ...)
    end)
    assert.same({ n = 2, "a", "first" }, list(generator "a"))
    assert.same({ n = 2, "b", "second" }, list(generator "b"))
    assert.same({ n = 2, false, 0 }, list(generator()))
  end)

  it("in a coroutine of the program's parks it, and goes on with the value", function()
    local c, got = chan(), nil
    coroutine.wrap(function() got = list(async.pcall(park_take, c)) end)()
    assert.is_nil(got)
    put_async(c, "late")
    more.settle()
    assert.same({ n = 2, true, "late" }, got)
  end)

  it("a go block that yields in it of itself gives way and goes on", function()
    local log = {}
    local result = go(function()
      async.pcall(function()
        log[#log + 1] = "before"
        coroutine.yield()
        log[#log + 1] = "after"
      end)
      return "done"
    end)
    log[#log + 1] = "others"
    assert.equal("done", block_take(result))
    assert.same({ "before", "others", "after" }, log)
  end)

  it("a generator in it parks for itself", function()
    local c = chan()
    local result = go(function()
      return list(async.pcall(function()
        local generator = coroutine.wrap(function() coroutine.yield "mine" end)
        return generator(), park_take(c)
      end))
    end)
    put_async(c, "theirs")
    assert.same({ n = 3, true, "mine", "theirs" }, block_take(result))
  end)

  it("waits in ten thousand go blocks that nobody can reach any more are collected", function()
    more.settle()
    more.collect()
    local before = async.stats().parked
    local function park_all()
      for _ = 1, 10000 do
        local c = chan()
        go(function() async.pcall(park_take, c) end)
      end
    end
    park_all()
    more.collect()
    assert.equal(before, async.stats().parked)
  end)

  it("refuses to park where a C function is between, and says so", function()
    local ok, err = more.in_go(function()
      return async.pcall(function() return table.concat { table.sort({ 2, 1 }, function() park_take(chan()) end) } end)
    end)
    assert.is_false(ok)
    assert.truthy(err:find("cannot park here", 1, true))
    assert.truthy(err:find("sort", 1, true))
  end)

  it("below a C function catches the error of a park that cannot be", function()
    local seen
    more.in_go(function()
      table.sort({ 2, 1 }, function()
        seen = seen or list(async.pcall(park_take, chan()))
        return false
      end)
    end)
    assert.is_false(seen[1])
    assert.truthy(seen[2]:find("cannot park here", 1, true))
  end)

  it("leaves the error handler alone when it catches", function()
    local errors = more.reported(function()
      go(function()
        async.pcall(function()
          park_take(async.timeout(1))
          error "caught"
        end)
      end)
      async.run()
    end)
    assert.equal(0, #errors)
  end)

  if can.hook then
    it("a timer fires while a function in it computes", function()
      local fired = false
      async.take_async(async.timeout(20), function() fired = true end)
      local ok, saw = more.in_go(function()
        return async.pcall(function()
          local start = os.clock()
          while not fired and os.clock() - start < 2 do end
          return fired
        end)
      end)
      assert.is_true(ok and saw)
    end)

    it("a timer fires while the go block computes after it", function()
      local fired = false
      local ok, saw = more.in_go(function()
        async.pcall(function() async.take_async(async.timeout(20), function() fired = true end) end)
        local start = os.clock()
        while not fired and os.clock() - start < 2 do end
        return true, fired
      end)
      assert.is_true(ok and saw)
    end)
  end
end)

describe("async.xpcall", function()
  it("gives what the function returns, across a park", function()
    local c = chan()
    local result = go(function() return list(async.xpcall(park_take, debug.traceback, c)) end)
    put_async(c, "value")
    assert.same({ n = 2, true, "value" }, block_take(result))
  end)

  it("gives what the handler makes of the error", function()
    local ok, err = more.in_go(async.xpcall, function()
      park_take(async.timeout(1))
      error({ code = 7 })
    end, function(e) return "code " .. e.code end)
    assert.is_false(ok)
    assert.equal("code 7", err)
  end)

  it("with debug.traceback as the handler shows the stack of the error", function()
    local function culprit()
      park_take(async.timeout(1))
      error "deep down"
    end
    local ok, trace = more.in_go(async.xpcall, function()
      culprit()
      return "not a tail call"
    end, debug.traceback)
    assert.is_false(ok)
    assert.truthy(trace:find("deep down", 1, true))
    assert.truthy(trace:find("culprit", 1, true))
  end)

  it("on the main thread passes arguments too", function()
    assert.same({ n = 3, true, 1, 2 }, list(async.xpcall(function(...) return ... end, debug.traceback, 1, 2)))
    local ok, err = async.xpcall(function(...) error((...), 0) end, function(e) return e .. "!" end, "raised")
    assert.is_false(ok)
    assert.equal("raised!", err)
  end)
end)

if not can.yield_anywhere then
  describe("where Lua cannot yield, an error says across what:", function()
    local function refused(text, body)
      local c = chan()
      local errors = more.reported(function() go(body, c) end)
      assert.equal(1, #errors)
      assert.truthy(errors[1].report:find("cannot yield across " .. text, 1, true), errors[1].report)
      assert.is_nil(async.try_put(c, 1)) -- nothing was left waiting
    end

    it("pcall, and what to use instead", function()
      refused("pcall, which is between this call and its coroutine; async.pcall can be parked in", function(c)
        assert(pcall(park_take, c))
      end)
    end)

    it("xpcall, and what to use instead", function()
      refused("xpcall, which is between this call and its coroutine; async.xpcall can be parked in", function(c)
        assert(xpcall(function() park_take(c) end, function(e) return e end))
      end)
    end)

    it("another C function, by its name", function()
      refused("gsub (a C function)", function(c)
        return (("x"):gsub("x", function() return park_take(c) end))
      end)
    end)

    it("an iterator: a channel's own, and one in Lua", function()
      refused("an iterator or a metamethod", function(c)
        for value in c:iter() do assert(value) end
      end)
      refused("an iterator or a metamethod", function(c)
        for value in function() return park_take(c) end do assert(value) end
      end)
    end)

    it("a metamethod", function()
      refused("an iterator or a metamethod", function(c)
        local object = setmetatable({}, { __index = function() return park_take(c) end })
        return object.field
      end)
    end)
  end)
end
