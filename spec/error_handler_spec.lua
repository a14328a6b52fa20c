-- The error handler itself: setting it, what it gets, when it fails, and what is there without one.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local chan, go = async.chan, async.go
local park_take, put_async, take_async = async.park_take, async.put_async, async.take_async
local block_take = async.block_take

local function raise(err) error(err, 0) end

--- What a step that always fails makes of a channel.
local function failing_chan(err, handler)
  return chan(5, function() return function() raise(err) end end, handler)
end

describe("the error handler", function()
  it("is set and given back by on_error", function()
    local function one() end
    local function two() end
    local before = async.on_error(one)
    assert.equal(one, async.on_error(two))
    assert.equal(two, async.on_error(nil))
    assert.is_nil(async.on_error(before))
    assert.equal(before, async.on_error(before))
  end)

  it("gets the report and the value and nothing more", function()
    local got
    local before = async.on_error(function(...) got = more.pack(...) end)
    go(raise, "x")
    async.on_error(before)
    assert.equal(2, got.n)
    assert.equal("string", type(got[1]))
    assert.equal("x", got[2])
  end)

  it("may use channels", function()
    local c = chan(10)
    local before = async.on_error(function(_, err) put_async(c, err) end)
    go(raise, "one")
    go(function()
      park_take(async.timeout(1))
      raise "two"
    end)
    assert.equal("one", block_take(c))
    assert.equal("two", block_take(c))
    async.on_error(before)
  end)

  it("that raises loses neither the program nor the first error", function()
    local got = more.expect_ok [[
      local async = require "async"
      local calls = 0
      async.on_error(function()
        calls = calls + 1
        error "handler trouble"
      end)
      async.go(function() error "original trouble" end)
      local c = async.chan()
      async.go(function()
        async.park_take(c)
        error "parked trouble"
      end)
      async.take_async(c, function() error "callback trouble" end)
      async.put_async(c, 1)
      async.put_async(c, 2)
      async.run()
      assert(calls == 3, calls)
      local good = async.go(function() return "fine" end)
      assert(async.block_take(good) == "fine")
      print "ok"
    ]]
    for _, text in ipairs { "handler trouble", "original trouble", "parked trouble", "callback trouble" } do
      assert.truthy(got.err:find(text, 1, true), text .. " is not in\n" .. got.err)
    end
  end)

  it("by default writes the report to stderr and lets the program go on", function()
    local got = more.expect_ok [[
      local async = require "async"
      async.go(function() error "early trouble" end)
      async.go(function()
        async.park_take(async.timeout(1))
        error({ code = 5 })
      end)
      async.run()
      print "ok"
    ]]
    assert.truthy(got.err:find("early trouble", 1, true))
    assert.truthy(got.err:find("traceback", 1, true))
    local _, sites = got.err:gsub("spawned at [^\n]*:%d+", "")
    assert.equal(2, sites)
    assert.equal("ok\n", got.out)
  end)
end)

describe("an error without a value", function()
  it("is reported as Lua gives it: block, parked block, callback, step", function()
    local c = chan()
    local errors = more.reported(function()
      go(raise, nil)
      go(function()
        park_take(c)
        raise(nil)
      end)
      take_async(c, function() raise(nil) end)
      put_async(c, 1)
      put_async(c, 2)
      more.settle()
      put_async(failing_chan(nil), 1)
    end)
    assert.equal(4, #errors)
    for i = 1, 4 do
      assert.equal(can.no_value, errors[i].err)
      assert.equal("string", type(errors[i].report))
    end
  end)

  it("reaches a channel's handler as Lua gives it", function()
    local got
    put_async(failing_chan(nil, function(...) got = more.pack(...) end), 1)
    assert.equal(can.no_value, got[1])
    assert.is_true(got.n >= 1)
  end)
end)
