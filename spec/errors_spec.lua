-- Errors: each goes to the error handler once, with all there is to know, and hurts nobody else.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

local chan, go = async.chan, async.go
local park_take, put_async, take_async = async.park_take, async.put_async, async.take_async
local block_take, close = async.block_take, async.close

local function raise(err) error(err, 0) end

local function line_here()
  return debug.getinfo(2, "l").currentline
end

--- Exactly one error was reported, and its report has all these texts.
local function assert_one(errors, ...)
  assert.equal(1, #errors)
  for _, text in ipairs { ... } do
    if not errors[1].report:find(text, 1, true) then
      error(("no %q in the report:\n%s"):format(text, errors[1].report), 2)
    end
  end
end

--- What a step that always fails makes of a channel.
local function failing_chan(err, handler)
  return chan(5, function() return function() raise(err) end end, handler)
end

describe("an error in a go block", function()
  it("before the first park is reported with traceback and spawn site, and does not leave go", function()
    local result, line
    local function innermost() error "early trouble" end
    local errors = more.reported(function()
      line = line_here() + 1
      result = go(function() innermost() end)
    end)
    assert_one(errors, "early trouble", "innermost", "traceback", "spawned at ", "errors_spec.lua:" .. line)
    assert.is_true(result.closed)
    assert.is_nil(block_take(result))
  end)

  it("after a park is reported with traceback and spawn site", function()
    local c, result, line = chan(), nil, nil
    local function innermost() error "late trouble" end
    local errors = more.reported(function()
      line = line_here() + 1
      result = go(function()
        park_take(c)
        innermost()
      end)
      put_async(c, 1)
    end)
    assert_one(errors, "late trouble", "innermost", "traceback", "spawned at ", "errors_spec.lua:" .. line)
    assert.is_true(result.closed)
  end)

  it("leaves the put that woke it, and the other blocks, alone", function()
    local c, log = chan(), {}
    local errors = more.reported(function()
      for i = 1, 5 do
        go(function()
          local value = park_take(c)
          if i % 2 == 0 then error("block " .. i) end
          log[#log + 1] = value
        end)
      end
      for i = 1, 5 do assert.is_true(put_async(c, i)) end
    end)
    assert.same({ 1, 3, 5 }, log)
    assert.equal(2, #errors)
    assert.truthy(errors[1].report:find("block 2", 1, true))
    assert.truthy(errors[2].report:find("block 4", 1, true))
  end)

  it("inside another block does not touch the outer one", function()
    local inner
    local errors = more.reported(function()
      assert.equal("outer", more.in_go(function()
        inner = go(function() error "inner trouble" end)
        return park_take(inner) or "outer"
      end))
    end)
    assert_one(errors, "inner trouble")
  end)

  it("is not reported when the block catches it", function()
    local errors = more.reported(function()
      assert.equal("caught", more.in_go(function()
        pcall(raise, "x")
        park_take(async.timeout(1))
        pcall(raise, "y")
        return "caught"
      end))
    end)
    assert.equal(0, #errors)
  end)

  it("of any type arrives as it was thrown", function()
    for _, err in ipairs { { code = 7 }, false, 42, "text", print, chan() } do
      for _, parked in ipairs { true, false } do
        local c = chan()
        local errors = more.reported(function()
          go(function()
            if parked then park_take(c) end
            raise(err)
          end)
          close(c)
        end)
        assert.equal(1, #errors)
        assert.equal(err, errors[1].err)
        assert.equal("string", type(errors[1].report))
      end
    end
  end)

  it("of a table that cannot be printed arrives all the same", function()
    local err = setmetatable({}, { __tostring = function() error "no text for you" end })
    local odd = setmetatable({}, { __tostring = function() return 5 end })
    for _, value in ipairs { err, odd } do
      local errors = more.reported(function() go(raise, value) end)
      assert.equal(1, #errors)
      assert.equal(value, errors[1].err)
    end
  end)

  it("of a table shows its own text in the report", function()
    local err = setmetatable({}, { __tostring = function() return "my own text" end })
    assert_one(more.reported(function() go(raise, err) end), "my own text", "spawned at ")
  end)

  it("out of deep recursion is reported too", function()
    local function forever(n) return 1 + forever(n + 1) end
    assert_one(more.reported(function() go(forever, 1) end), "overflow")
  end)
end)

describe("an error in a callback", function()
  it("that was dispatched is reported, and the later ones of the turn run", function()
    local c, log = chan(), {}
    local errors = more.reported(function()
      for i = 1, 4 do
        take_async(c, function()
          if i == 2 then error "callback trouble" end
          log[#log + 1] = i
        end)
      end
      close(c)
    end)
    assert.same({ 1, 3, 4 }, log)
    assert_one(errors, "callback trouble")
  end)

  it("that runs on the caller is the caller's, and nobody else's", function()
    local errors = more.reported(function()
      local thrown = {}
      local ok, err = pcall(put_async, chan(1), 1, function() raise(thrown) end)
      assert.is_false(ok)
      assert.equal(thrown, err)
      local c = chan(1)
      put_async(c, 1)
      ok, err = pcall(take_async, c, function() raise(thrown) end)
      assert.is_false(ok)
      assert.equal(thrown, err)
      assert.equal(0, #c)
    end)
    assert.equal(0, #errors)
  end)

  it("does not come out of the operation that completed it", function()
    local c = chan()
    local errors = more.reported(function()
      take_async(c, function() error "from the taker" end)
      assert.is_true(put_async(c, 1))
      put_async(c, 2, function() error "from the putter" end)
      assert.equal(2, block_take(c))
      take_async(c, function() error "from the close" end)
      assert.is_nil(close(c))
    end)
    assert.equal(3, #errors)
    assert.truthy(errors[1].report:find("from the taker", 1, true))
    assert.truthy(errors[2].report:find("from the putter", 1, true))
    assert.truthy(errors[3].report:find("from the close", 1, true))
  end)

  it("does not come out of a blocking wait, of step or of run", function()
    local errors = more.reported(function()
      for _, pump in ipairs { function() block_take(async.timeout(5)) end, async.step, async.run } do
        local c = chan()
        take_async(c, function() error "in the pump" end)
        put_async(c, 1)
        pump()
      end
    end)
    assert.equal(3, #errors)
  end)
end)

describe("an error in a transducer", function()
  it("without a handler is reported, and the put is true", function()
    local err, c, answer = { "step" }, nil, nil
    local errors = more.reported(function()
      c = failing_chan(err)
      answer = put_async(c, 1)
    end)
    assert.is_true(answer)
    assert.equal(1, #errors)
    assert.equal(err, errors[1].err)
    assert.equal(0, #c)
    assert.is_false(c.closed)
  end)

  it("inside a go block's put is reported once and the block goes on", function()
    local c = failing_chan "step trouble"
    local errors = more.reported(function()
      assert.equal("on", more.in_go(function()
        assert(async.park_put(c, 1) == true)
        return "on"
      end))
    end)
    assert_one(errors, "step trouble")
  end)

  it("at close is reported, and the close is done", function()
    local c = chan(1, function(step)
      return function(...)
        if select("#", ...) == 1 then error "completion trouble" end
        return step(...)
      end
    end)
    local log, note = more.recorder()
    local errors = more.reported(function()
      take_async(c, note)
      assert.is_nil(close(c))
    end)
    assert_one(errors, "completion trouble")
    assert.is_true(c.closed)
    assert.equal(1, log.n)
    assert.is_nil(log[1])
  end)

  it("while a take pulls in pending puts is reported, and the take has its value", function()
    local c = chan(1, function(step)
      return function(...)
        local acc, value = ...
        if value == "bad" then error "refill trouble" end
        if select("#", ...) < 2 then return step(...) end
        return step(acc, value)
      end
    end)
    local log, note = more.recorder()
    local errors = more.reported(function()
      put_async(c, "a")
      put_async(c, "bad", note)
      put_async(c, "b", note)
      assert.equal("a", block_take(c))
      assert.equal("b", block_take(c))
    end)
    assert_one(errors, "refill trouble")
    assert.same({ n = 2, true, true }, log)
  end)

  it("goes to the channel's own handler and nowhere else", function()
    local got
    local errors = more.reported(function() put_async(failing_chan("x", function(err) got = err end), 1) end)
    assert.equal("x", got)
    assert.equal(0, #errors)
  end)

  it("that builds the step comes out of chan", function()
    local thrown = {}
    local ok, err = pcall(chan, 1, function() raise(thrown) end)
    assert.is_false(ok)
    assert.equal(thrown, err)
  end)
end)

describe("an error in a channel's error handler", function()
  it("is reported and the value dropped; the channel works on", function()
    local calls, c = 0, nil
    local errors = more.reported(function()
      c = failing_chan("first trouble", function()
        calls = calls + 1
        error "second trouble"
      end)
      assert.is_true(put_async(c, 1))
    end)
    assert_one(errors, "second trouble")
    assert.equal(1, calls)
    assert.equal(0, #c)
    assert.is_false(c.closed)
    assert.equal(1, #more.reported(function() assert.is_true(put_async(c, 2)) end))
  end)
end)

if can.hook then
  describe("an error in a task that the debug hook runs", function()
    it("is reported once and never lands in the code that was interrupted", function()
      local ok, err, hits
      local errors = more.reported(function()
        local fired = 0
        local function trouble()
          fired = fired + 1
          error "trouble from the hook"
        end
        take_async(async.timeout(20), trouble)
        go(function()
          park_take(async.timeout(30))
          trouble()
        end)
        ok, err = pcall(function()
          local start, n = os.clock(), 0
          while fired < 2 and os.clock() - start < 2 do n = n + 1 end
        end)
        hits = fired
      end)
      assert(ok, err)
      assert.equal(2, hits)
      assert.equal(2, #errors)
      for i = 1, 2 do assert.truthy(errors[i].report:find("trouble from the hook", 1, true)) end
    end)

    it("does not land in a coroutine of somebody else's either", function()
      local fired, answer = false, nil
      local errors = more.reported(function()
        take_async(async.timeout(20), function()
          fired = true
          error "trouble"
        end)
        answer = coroutine.wrap(function()
          local start, n = os.clock(), 0
          while not fired and os.clock() - start < 0.2 do n = n + 1 end
          return "undisturbed"
        end)()
        more.wait_for(function() return fired end)
      end)
      assert.equal("undisturbed", answer)
      assert.equal(1, #errors)
    end)
  end)
end
