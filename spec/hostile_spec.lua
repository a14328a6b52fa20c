-- A script that pokes at metatables, environments, parked coroutines and finalizers: it may get errors, it may not
-- get a crash. Every script runs in a process of its own, so that a crash is an exit status.
local more = require "spec.support.more"

local expect_ok = more.expect_ok

describe("metatables", function()
  local junk = [[
    local async = require "async"
    async.on_error(function() end)
    local objects = { async.chan(), async.chan(2), async.buffer(1), async.promise_buffer(), async.timeout(0) }
    local junk = { {}, 5, "x", true, print, io.stdout, coroutine.create(function() end),
      async.chan(), async.buffer(1), 0/0 }
    local function works()
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
    end
  ]]

  it("called by hand with junk do no harm", function()
    expect_ok(junk .. [[
      local called = 0
      for _, get in ipairs { getmetatable, debug.getmetatable } do
        for _, object in ipairs(objects) do
          local meta = get(object)
          for key, field in pairs(type(meta) == "table" and meta or {}) do
            if type(field) == "function" then
              pcall(field)
              for _, a in ipairs(junk) do
                called = called + 1
                pcall(field, a)
                pcall(field, a, "closed")
                pcall(field, object, a)
                pcall(field, object, a, a)
                pcall(field, a, object, a)
                for _, b in ipairs(junk) do pcall(field, a, b) end
              end
            end
          end
        end
      end
      assert(called > 0)
      objects = nil
      collectgarbage() collectgarbage()
      works()
      print "ok"
    ]])
  end)

  it("give away no finalizer through getmetatable", function()
    expect_ok(junk .. [[
      for _, object in ipairs(objects) do
        local meta = getmetatable(object)
        if type(meta) == "table" then assert(meta.__gc == nil) end
      end
      print "ok"
    ]])
  end)

  it("finalized by hand, once and twice: the object raises or works, nothing worse", function()
    expect_ok(junk .. [[
      for _, object in ipairs(objects) do
        local meta = debug.getmetatable(object)
        for _, key in ipairs { "__gc", "__close" } do
          local finalizer = type(meta) == "table" and meta[key]
          if finalizer then
            for _ = 1, 2 do
              pcall(finalizer, object)
              pcall(async.put_async, object, 1)
              pcall(async.take_async, object, function() end)
              pcall(async.close, object)
              pcall(function() return object.closed, #object, tostring(object) end)
              pcall(async.chan, object)
              pcall(async.block_alts, { object }, "default", 1)
            end
          end
        end
      end
      local c = async.chan()
      async.go(function() async.park_take(c) end)
      local finalizer = debug.getmetatable(c).__gc
      if finalizer then pcall(finalizer, c) end
      pcall(async.put_async, c, 1)
      while async.dispatched() > 0 do async.step() end
      works()
      objects, c = nil, nil
      collectgarbage() collectgarbage()
      works()
      print "ok"
    ]])
  end)

  it("of a channel or a buffer on a file: the file is refused as a channel", function()
    expect_ok(junk .. [[
      for _, object in ipairs { async.chan(2), async.buffer(2), async.chan() } do
        local file = io.tmpfile()
        local meta = debug.getmetatable(object)
        local method = object["put!"] or object["add!"]
        debug.setmetatable(file, meta)
        for _, f in pairs(async) do
          if type(f) == "function" and f ~= async.run and f ~= async.on_error then
            pcall(f, file)
            pcall(f, file, 1)
            pcall(f, file, function() end)
            pcall(f, { file, { file, 1 } }, "default", 1)
          end
        end
        pcall(method, file, 1)
        pcall(function() return #file, tostring(file), file.closed end)
        pcall(function() return file:put(1), file:take() end)
      end
      collectgarbage() collectgarbage()
      works()
      print "ok"
    ]])
  end)

  it("of a file on a channel: the channel is refused, and collected without harm", function()
    expect_ok(junk .. [[
      for _, object in ipairs { async.chan(2), async.buffer(2) } do
        debug.setmetatable(object, { __index = { x = 1 } })
        pcall(async.put_async, object, 1)
        pcall(async.chan, object)
        debug.setmetatable(object, nil)
        pcall(async.put_async, object, 1)
        pcall(async.block_alts, { object }, "default", 1)
      end
      collectgarbage() collectgarbage()
      works()
      print "ok"
    ]])
  end)

  it("of a buffer on a channel and the other way round do no harm", function()
    expect_ok(junk .. [[
      local c, b = async.chan(2), async.buffer(2)
      local of_channel, of_buffer = debug.getmetatable(c), debug.getmetatable(b)
      debug.setmetatable(c, of_buffer)
      debug.setmetatable(b, of_channel)
      for _, object in ipairs { c, b } do
        pcall(async.put_async, object, 1)
        pcall(async.take_async, object, function() end)
        pcall(async.chan, object)
        pcall(async.close, object)
        pcall(function() return object:add(1), object:remove() end)
        pcall(function() return #object, tostring(object) end)
      end
      c, b = nil, nil
      collectgarbage() collectgarbage()
      works()
      print "ok"
    ]])
  end)

  it("emptied or filled with junk leave the process alive", function()
    expect_ok(junk .. [[
      local parked = async.chan()
      async.go(function() async.park_take(parked) end)
      for _, object in ipairs { async.chan(), async.buffer(1) } do
        local meta = debug.getmetatable(object)
        for _, key in ipairs { "__index", "__gc", "__name", "__len", "__tostring", "__mode", "__metatable" } do
          pcall(function() meta[key] = 5 end)
          pcall(async.put_async, async.chan(1), 1)
          pcall(tostring, object)
          pcall(function() meta[key] = nil end)
          pcall(function() return object.closed end)
        end
      end
      pcall(async.put_async, parked, 1)
      pcall(async.step)
      collectgarbage() collectgarbage()
      print "ok"
    ]])
  end)
end)

describe("hidden values of a userdata", function()
  it("replaced by junk: the channel raises or works", function()
    expect_ok [[
      local async = require "async"
      async.on_error(function() end)
      local replace = {
        function(object, junk)
          if debug.setuservalue then
            for n = 1, 4 do pcall(debug.setuservalue, object, junk, n) end
          end
        end,
        function(object, junk)
          if debug.setfenv and type(junk) == "table" then pcall(debug.setfenv, object, junk) end
        end,
      }
      local function make()
        local c, b, p = async.chan(2), async.buffer(2), async.chan()
        async.put_async(c, 1)
        b:add(1)
        async.go(function() async.park_take(p) end)
        async.take_async(p, function() end)
        local q = async.chan()
        async.put_async(q, "waiting")
        return { c, b, p, q }
      end
      for _, put in ipairs(replace) do
        local raising = setmetatable({}, { __index = error, __newindex = error })
        for _, junk in ipairs { {}, { 1, 2, 3 }, false, 5, "x", raising } do
          for _, object in ipairs(make()) do
            put(object, junk)
            for _ = 1, 3 do
              pcall(async.put_async, object, "v", function() end)
              pcall(async.take_async, object, function() end)
              pcall(async.try_take, object)
            end
            pcall(function() return object:add(1), object:remove(), object:remove() end)
            pcall(async.block_alts, { object, { object, 1 } }, "default", 1)
            pcall(async.close, object)
            pcall(function() while async.dispatched() > 0 do async.step() end end)
          end
          collectgarbage()
        end
      end
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      print "ok"
    ]]
  end)

  it("read by a script give nothing that it can break the channel with", function()
    expect_ok [[
      local async = require "async"
      async.on_error(function() end)
      local c = async.chan(2)
      async.put_async(c, 1)
      async.put_async(c, 2)
      async.put_async(c, 3)
      local seen = {}
      local function spoil(t)
        if type(t) ~= "table" or seen[t] or t == _G then return end
        seen[t] = true
        for k, v in pairs(t) do
          spoil(v)
          t[k] = nil
        end
      end
      if debug.getuservalue then
        for n = 1, 4 do
          local ok, value = pcall(debug.getuservalue, c, n)
          if ok then spoil(value) end
        end
      end
      if debug.getfenv then spoil(debug.getfenv(c)) end
      for _ = 1, 5 do
        pcall(async.try_take, c)
        pcall(async.put_async, c, "again")
      end
      pcall(async.close, c)
      local d = async.chan(1)
      assert(async.put_async(d, 1) == true and async.try_take(d) == 1)
      print "ok"
    ]]
  end)

  it("in the registry spoiled: the process ends by an error at the worst", function()
    local got = more.run_script [[
      local async = require "async"
      async.on_error(function() end)
      local c = async.chan()
      async.go(function() async.park_take(c) end)
      local registry = debug.getregistry()
      for key, value in pairs(registry) do
        if type(key) == "userdata" or (type(value) == "userdata" and value ~= io.stdout and value ~= io.stderr) then
          if value ~= package.loaded._CLIBS then registry[key] = nil end
        end
      end
      pcall(async.put_async, c, 1)
      pcall(async.step)
      pcall(async.chan, 1)
      pcall(async.go, function() end)
      print "ok"
    ]]
    assert.is_true(got.status == 0 or got.status == 1, "exit status " .. tostring(got.status))
  end)
end)

describe("a debug hook that uses channels", function()
  it("puts, takes, spawns and parks in a block of its own", function()
    expect_ok [[
      if jit then jit.off() end
      local async = require "async"
      async.on_error(function() end)
      local c, d, fired = async.chan(), async.chan(2), 0
      local function hook()
        fired = fired + 1
        pcall(async.put_async, d, fired, function() end)
        pcall(async.try_take, d)
        pcall(async.go, function() async.park_take(c) end)
        coroutine.wrap(function() pcall(async.park_take, c) end)()
        pcall(async.block_take, async.timeout(1))
        pcall(async.step)
        pcall(async.block_take, async.chan())
        pcall(async.put_async, c, 1)
      end
      debug.sethook(hook, "", 100)
      local n = 0
      for i = 1, 2000 do n = n + i end
      debug.sethook()
      assert(fired > 5, fired)
      async.close(c)
      async.run()
      local e = async.chan(1)
      assert(async.put_async(e, 1) == true and async.try_take(e) == 1)
      print "ok"
    ]]
  end)
end)

describe("odd things thrown", function()
  it("through every place that calls the user's code do no harm, and come out whole where they come out", function()
    expect_ok [[
      local async = require "async"
      local function raising() error "from a metamethod" end
      local cyclic = {}
      cyclic[1] = setmetatable(cyclic, { __index = cyclic })
      local thrown = {
        {}, false, 0 / 0, print, coroutine.create(function() end), io.stdout, async.chan(),
        async.buffer(1), async.reduced(1),
        setmetatable({}, { __tostring = raising, __index = raising, __eq = raising, __concat = raising }),
        setmetatable({}, { __tostring = function() return {} end }),
        setmetatable({}, { __tostring = function() return ("long"):rep(1e6) end, __name = 5 }),
        cyclic, ("text\0"):rep(1e5), "",
      }
      local function settle() while async.dispatched() > 0 do async.step() end end
      local function same(a, b) return rawequal(a, b) or (a ~= a and b ~= b) end

      for i = 1, #thrown + 1 do
        local seen = {}
        local function throw() error(thrown[i], 0) end
        local _, err = pcall(throw)
        local function thrower() return throw end
        async.on_error(function(report, value)
          assert(type(report) == "string")
          seen[#seen + 1] = same(value, err)
        end)
        -- reported
        local c = async.chan()
        async.go(throw)
        async.go(function()
          async.park_take(c)
          throw()
        end)
        async.take_async(c, throw)
        async.put_async(c, 1)
        async.put_async(c, 1)
        local d = async.chan()
        async.put_async(d, 1, throw)
        async.try_take(d)
        settle()
        async.put_async(async.chan(1, thrower), 1)
        async.close(async.chan(1, thrower))
        async.put_async(async.chan(1, function() return function() error "x" end end, throw), 1)
        assert(#seen == 7, #seen)
        for _, whole in ipairs(seen) do assert(whole) end
        -- out of the call
        local full = async.chan(1)
        async.put_async(full, 1)
        local foreign = setmetatable({ ["put!"] = throw, ["take!"] = throw, ["close!"] = throw },
          { __index = getmetatable(c).__index })
        local calls = {
          function() async.take_async(full, throw) end,
          function() async.put_async(async.chan(1), 1, throw) end,
          function() async.chan(1, throw) end,
          function() async.put_async(foreign, 1) end,
          function() async.take_async(foreign, throw) end,
          function() async.close(foreign) end,
          function() async.block_alts { { foreign, 1 } } end,
          function() async.block_put(foreign, 1) end,
        }
        for number, call in ipairs(calls) do
          local ok, value = pcall(call)
          assert(not ok and same(value, err), number)
        end
        assert(#seen == 7)
      end
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      print "ok"
    ]]
  end)
end)
