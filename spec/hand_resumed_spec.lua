-- Somebody resumes or closes a coroutine that the library has parked.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local expect_ok = more.expect_ok

describe("a block resumed by hand", function()
  it("while it is parked gives up its wait: the next value is not swallowed", function()
    local c, co = async.chan(), nil
    async.go(function()
      co = coroutine.running()
      async.park_take(c)
    end)
    coroutine.resume(co, "by hand")
    assert.equal("dead", coroutine.status(co))
    assert.is_nil(async.try_put(c, "nobody takes this"))
    assert.is_true(async.put_async(c, "kept"))
    assert.equal("kept", async.try_take(c))
    more.settle()
  end)

  it("while it waits with a put takes its value back", function()
    local c, co = async.chan(), nil
    async.go(function()
      co = coroutine.running()
      async.park_put(c, "withdrawn")
    end)
    coroutine.resume(co)
    assert.is_nil(async.try_take(c))
  end)

  it("while it waits in an alts leaves all of its channels", function()
    local a, b, co = async.chan(), async.chan(), nil
    async.go(function()
      co = coroutine.running()
      async.park_alts { a, { b, "v" } }
    end)
    coroutine.resume(co)
    assert.is_nil(async.try_put(a, 1))
    assert.is_nil(async.try_take(b))
  end)

  it("and parked anew is not woken by what woke it before", function()
    local first, second, co, got = async.chan(), async.chan(), nil, {}
    async.go(function()
      co = coroutine.running()
      got[1] = async.park_take(first)
      got[2] = async.park_take(second)
    end)
    async.put_async(first, "for the first wait")
    coroutine.resume(co)
    more.settle()
    assert.is_nil(got[2])
    assert.equal("suspended", coroutine.status(co))
    async.put_async(second, "for the second wait")
    more.settle()
    assert.equal("for the second wait", got[2])
  end)

  it("in every state and from everywhere crashes nothing", function()
    expect_ok [[
      local async = require "async"
      async.on_error(function() end)
      local function settle() while async.dispatched() > 0 do async.step() end end
      local waits = {
        function(c) return async.park_take(c) end,
        function(c) return async.park_put(c, {}) end,
        function(c) return async.park_alts { c, { c, 1 }, async.chan() } end,
        function(c) return async.take(c) end,
        function() return async.park_take(async.timeout(1)) end,
      }
      local values = { n = 6, nil, 1, "x", {}, print, async.chan() }
      for _, wait in ipairs(waits) do
        for i = 1, values.n do
          for _, when in ipairs { "before", "after", "closed", "twice", "inside" } do
            local c, co = async.chan(), nil
            async.go(function()
              co = coroutine.running()
              pcall(wait, c)
              pcall(wait, c)
            end)
            if when == "after" then
              async.put_async(c, 1)
              async.try_take(c)
            elseif when == "closed" then
              async.close(c)
            elseif when == "inside" then
              async.take_async(c, function() pcall(coroutine.resume, co, values[i]) end)
              async.put_async(c, 1)
            end
            pcall(coroutine.resume, co, values[i], values[i])
            if when == "twice" then pcall(coroutine.resume, co) end
            pcall(async.put_async, c, 1)
            pcall(async.try_take, c)
            settle()
            pcall(coroutine.resume, co)
            settle()
            async.close(c)
            settle()
          end
        end
      end
      async.run()
      collectgarbage() collectgarbage()
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      print "ok"
    ]]
  end)

  it("by itself, or while it runs, is refused by Lua and harms nothing", function()
    expect_ok [[
      local async = require "async"
      local ok, inner
      async.block_take(async.go(function()
        local co = coroutine.running()
        ok = coroutine.resume(co)
        local outer = coroutine.create(function() inner = coroutine.resume(co) end)
        coroutine.resume(outer)
        async.park_take(async.timeout(1))
      end))
      assert(ok == false and inner == false)
      print "ok"
    ]]
  end)

  it("with an inner coroutine that parks: each goes on by itself", function()
    local c, got, co = async.chan(), {}, nil
    local result = async.go(function()
      co = coroutine.create(function() got[1] = async.park_take(c) end)
      coroutine.resume(co)
      got[2] = coroutine.status(co)
      return "outer done"
    end)
    assert.equal("outer done", async.block_take(result))
    assert.equal("suspended", got[2])
    async.put_async(c, "inner value")
    more.settle()
    assert.equal("inner value", got[1])
  end)
end)

describe("a plain yield in a go block", function()
  it("lets others run and goes on at a later turn, without a value", function()
    local got, log, c = {}, {}, async.chan()
    local result = async.go(function()
      got = more.pack(coroutine.yield "plain")
      log[#log + 1] = "after the yield"
      log[#log + 1] = async.park_take(c)
      return "end"
    end)
    log[#log + 1] = "after go"
    more.settle()
    async.put_async(c, "value")
    assert.equal("end", async.block_take(result))
    assert.same({ n = 0 }, got)
    assert.same({ "after go", "after the yield", "value" }, log)
  end)
end)

if can.close then
  describe("a block closed with coroutine.close", function()
    it("while it is parked gives up its wait: the next value is not swallowed", function()
      local a, b, d, blocks = async.chan(), async.chan(), async.chan(), {}
      local waits = {
        function() async.park_take(a) end,
        function() async.park_put(b, "withdrawn") end,
        function() async.park_alts { a, { b, 1 }, d } end,
      }
      for i, wait in ipairs(waits) do
        async.go(function()
          blocks[i] = coroutine.running()
          wait()
        end)
        assert.is_true(coroutine.close(blocks[i]))
      end
      assert.is_nil(async.try_put(a, 1))
      assert.is_nil(async.try_take(b))
      async.put_async(a, "kept")
      assert.equal("kept", async.try_take(a))
      more.settle()
    end)

    it("before, after and while a value is on its way crashes nothing", function()
      expect_ok [[
        local async = require "async"
        async.on_error(function() end)
        local function settle() while async.dispatched() > 0 do async.step() end end
        for _, wait in ipairs {
          function(c) return async.park_take(c) end,
          function(c) return async.park_put(c, {}) end,
          function(c) return async.park_alts { c, { c, 1 } } end,
          function() return async.park_take(async.timeout(1)) end,
        } do
          for order = 1, 4 do
            local c, co, closed = async.chan(), nil, 0
            async.go(function()
              co = coroutine.running()
              local guard <close> = setmetatable({}, { __close = function()
                closed = closed + 1
                async.put_async(async.chan(1), 1)
              end })
              wait(c)
            end)
            if order == 1 then coroutine.close(co) end
            async.put_async(c, 1)
            async.try_take(c)
            if order == 2 then coroutine.close(co) end
            settle()
            if order == 3 and coroutine.status(co) ~= "dead" then coroutine.close(co) end
            async.close(c)
            settle()
            if coroutine.status(co) == "suspended" then coroutine.close(co) end
            assert(closed == 1)
          end
        end
        async.run()
        collectgarbage() collectgarbage()
        print "ok"
      ]]
    end)
  end)
end
