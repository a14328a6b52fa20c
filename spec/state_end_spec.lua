-- Finalizers, the end of the state, and the module loaded more than once.
local more = require "spec.support.more"

local expect_ok = more.expect_ok

-- A finalizer for both Luas.
local finalizer = [[
  local async = require "async"
  local function on_collect(f)
    if newproxy then
      local proxy = newproxy(true)
      getmetatable(proxy).__gc = f
      return proxy
    end
    return setmetatable({}, { __gc = f })
  end
]]

-- Everything a finalizer could do to a channel.
local all_uses = [[
  local function use(c, d)
    pcall(async.put_async, c, 1, function() end)
    pcall(async.take_async, c, function() end)
    pcall(async.try_put, c, 1)
    pcall(async.try_take, c)
    pcall(async.go, function() async.park_take(d) end)
    pcall(async.block_take, async.timeout(1))
    pcall(async.block_alts, { c, { d, 1 } }, "default", 1)
    pcall(async.close, c)
    pcall(async.step)
    pcall(async.run)
    pcall(function() return #c, tostring(c), c.closed end)
    pcall(async.chan, 1)
    pcall(async.timeout, 1)
    pcall(async.stats)
  end
]]

describe("a finalizer", function()
  it("uses channels when it is collected", function()
    expect_ok(finalizer .. all_uses .. [[
      local ran = 0
      for _ = 1, 200 do
        local c, d = async.chan(), async.chan(1)
        on_collect(function()
          ran = ran + 1
          use(c, d)
        end)
        async.go(function() async.park_take(c) end)
        if _ % 50 == 0 then collectgarbage() end
      end
      collectgarbage() collectgarbage() collectgarbage()
      assert(ran == 200, ran)
      async.run()
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      print "ok"
    ]])
  end)

  it("uses channels when the state closes", function()
    local got = expect_ok(finalizer .. all_uses .. [[
      local c, d = async.chan(), async.chan(1)
      keep = {}
      for _ = 1, 20 do
        keep[#keep + 1] = on_collect(function()
          use(c, d)
          io.stderr:write "finalized\n"
        end)
      end
      async.go(function() async.park_take(c) end)
      print "ok"
    ]])
    local _, count = got.err:gsub("finalized", "")
    assert.equal(20, count)
  end)

  it("may be the last that knows a channel, and may bring it back", function()
    expect_ok(finalizer .. [[
      local saved
      do
        local c = async.chan(1)
        async.put_async(c, "survives")
        on_collect(function() saved = c end)
      end
      collectgarbage() collectgarbage()
      assert(saved and async.try_take(saved) == "survives")
      async.go(function() async.park_put(saved, "again") end)
      assert(async.block_take(saved) == "again")
      print "ok"
    ]])
  end)

  it("may bring back a channel, which keeps whoever waits on it from then on", function()
    expect_ok(finalizer .. [[
      local saved, got, lives
      local function leave()
        local c = async.chan()
        async.take_async(c, function() end)
        async.put_async(c, "so that there is room to wait")
        async.run()
        on_collect(function() saved = c end)
      end
      leave()
      collectgarbage() collectgarbage()
      async.go(function()
        lives = setmetatable({ coroutine.running() }, { __mode = "v" })
        got = async.park_take(saved)
      end)
      collectgarbage() collectgarbage()
      assert(lives[1], "it was collected")
      assert(async.try_put(saved, "for it") == true)
      collectgarbage() collectgarbage()
      async.run()
      assert(got == "for it", got)
      print "ok"
    ]])
  end)

  it("that brings back a parked block with its dead channel does no harm", function()
    expect_ok(finalizer .. [[
      local saved = {}
      local function leave()
        for i = 1, 50 do
          local c = async.chan()
          local co
          async.go(function()
            co = coroutine.running()
            pcall(async.park_take, c)
          end)
          on_collect(function() saved[#saved + 1] = { c, co } end)
        end
      end
      leave()
      collectgarbage() collectgarbage()
      for i, pair in ipairs(saved) do
        if i % 3 == 0 then pcall(coroutine.resume, pair[2])
        elseif i % 3 == 1 then pcall(async.put_async, pair[1], 1)
        else pcall(async.close, pair[1]) end
      end
      async.run()
      saved = nil
      collectgarbage() collectgarbage()
      print "ok"
    ]])
  end)
end)

describe("the end of the state", function()
  local busy = [[
    local async = require "async"
    local c = async.chan()
    for _ = 1, 100 do
      async.go(function() async.park_take(c) end)
      async.take_async(c, function() end)
      async.go(function() async.park_alts { c, async.timeout(5000) } end)
      async.put_async(async.chan(2), {})
    end
    async.put_async(c, 1)
    async.timeout(5000)
  ]]

  it("is clean with parked blocks, queued tasks and pending timers", function()
    expect_ok(busy .. [[ print "ok" ]], 4)
  end)

  it("is clean from inside a go block and from a callback", function()
    for _, close in ipairs { "true", "false" } do
      expect_ok(busy .. ([[
        async.go(function()
          async.park_take(async.timeout(1))
          print "ok"
          os.exit(0, %s)
        end)
        async.run()
      ]]):format(close), 4)
      expect_ok(busy .. ([[
        async.take_async(async.timeout(1), function()
          print "ok"
          os.exit(0, %s)
        end)
        async.run()
      ]]):format(close), 4)
    end
  end)

  it("is clean after an error on the main thread", function()
    local got = more.run_script(busy .. [[ error "the end" ]], 4)
    assert.equal(1, got.status)
    assert.truthy(got.err:find("the end", 1, true))
  end)
end)

describe("the module", function()
  it("loaded again after it was forgotten works with the channels of the first", function()
    expect_ok [[
      local first = require "async"
      local c = first.chan(2)
      local gate = first.chan()
      local woke = 0
      first.go(function() woke = first.park_take(gate) end)
      package.loaded["async"] = nil
      local second = require "async"
      package.loaded["async"] = nil
      package.loaded["async.core"] = nil
      local third = require "async"
      for name in pairs(package.loaded) do
        if name:find "^async" then package.loaded[name] = nil end
      end
      collectgarbage() collectgarbage()
      local fourth = require "async"
      for _, m in ipairs { first, second, third, fourth } do
        assert(m.is_chan(c) and m.is_chan(m.chan()))
        assert(m.put_async(c, "v") == true)
        for _, n in ipairs { first, second, third, fourth } do
          assert(n.try_take(c) == "v")
          assert(m.put_async(c, "v") == true)
          assert(n.is_reduced(m.reduced(1)))
          local d = n.chan()
          m.go(function() m.park_put(d, "across") end)
          assert(n.block_take(d) == "across")
        end
        assert(m.try_take(c) == "v")
      end
      fourth.put_async(gate, "woken")
      fourth.run()
      assert(woke == "woken")
      print "ok"
    ]]
  end)

  it("loaded first in a coroutine that is then collected takes no harm", function()
    expect_ok [[
      local async
      local co = coroutine.create(function() async = require "async" end)
      assert(coroutine.resume(co))
      co = nil
      collectgarbage() collectgarbage()
      for _ = 1, 100 do coroutine.wrap(function() end)() end
      assert(async.is_main_thread())
      local c = async.chan()
      async.go(function() async.park_put(c, "v") end)
      assert(async.block_take(c) == "v")
      async.block_take(async.timeout(5))
      local log = {}
      async.on_error(function(_, err) log[#log + 1] = err end)
      async.go(function() error("seen", 0) end)
      assert(log[1] == "seen")
      print "ok"
    ]]
  end)

  it("with junk in package.loaded raises or works", function()
    expect_ok [[
      package.loaded["async.core"] = "junk"
      local ok = pcall(require, "async")
      package.loaded["async"] = nil
      package.loaded["async.core"] = nil
      local async = require "async"
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      print "ok"
    ]]
  end)
end)
