-- A transducer, a callback or an error handler that uses the very channel that is calling it.
local async = require "async"
local more = require "spec.support.more"
local x = require "spec.support.xforms"

local chan, put_async, try_take = async.chan, async.put_async, async.try_take

--- A channel whose step calls `inside(channel, value)` before the value is added.
local function channel_with(size, inside)
  local c
  c = chan(size, x.each(function(step, acc, value)
    inside(c, value)
    return step(acc, value)
  end))
  return c
end

local function sorted_rest(c)
  local list = {}
  for value in function() return try_take(c) end do list[#list + 1] = value end
  table.sort(list)
  return list
end

describe("a step that uses its own channel", function()
  it("puts: every value arrives once", function()
    local c = channel_with(10, function(c, value)
      if value > 1 then assert.is_true(put_async(c, value - 1)) end
    end)
    assert.is_true(put_async(c, 4))
    assert.same({ 1, 2, 3, 4 }, sorted_rest(c))
  end)

  it("puts into its full buffer: the put waits and arrives", function()
    local log, note = more.recorder()
    local c = channel_with(1, function(c, value)
      if value > 1 then put_async(c, value - 1, note) end
    end)
    local seen = {}
    put_async(c, 4)
    for value in function() return try_take(c) end do seen[#seen + 1] = value end
    more.settle()
    table.sort(seen)
    assert.same({ 1, 2, 3, 4 }, seen)
    assert.same({ n = 3, true, true, true }, log)
  end)

  it("takes: what was buffered goes to it, and nothing twice", function()
    local taken = {}
    local c = channel_with(3, function(c) taken[#taken + 1] = try_take(c) end)
    for i = 1, 3 do put_async(c, i) end
    assert.same({ 1, 2 }, taken)
    assert.same({ 3 }, sorted_rest(c))
  end)

  it("parks a taker while a put is pulled in: the taker is served, and alts still ends", function()
    local log, note = more.recorder()
    local c = channel_with(1, function(c, value)
      if value == 2 then async.take_async(c, note) end
    end)
    put_async(c, 1)
    put_async(c, 2)
    assert.equal(1, try_take(c))
    more.settle()
    assert.same({ n = 1, 2 }, log)
    assert.is_true(async.block_alts({ { c, 3 } }, "default", 0)[1])
    assert.equal(3, try_take(c))
  end)

  it("takes while a put is pulled in: no put waits beside free slots, none passes it by", function()
    local log, note = more.recorder()
    local c
    c = chan(2, x.each(function(step, acc, value)
      if value > 3 then return step(acc, value * 10) end
      if value < 3 then return step(acc, value) end
      assert.equal(2, try_take(c))
      return acc
    end))
    for i = 1, 5 do put_async(c, i, note) end
    assert.equal(1, try_take(c))
    more.settle()
    assert.equal(5, log.n)
    assert.same({ 40, 50 }, sorted_rest(c))
  end)

  it("closes: the channel is closed, and the value is there or dropped, no taker waits on", function()
    local c = channel_with(3, function(c) async.close(c) end)
    local log, note = more.recorder()
    async.take_async(c, note)
    async.take_async(c, note)
    assert.is_true(put_async(c, 1))
    more.settle()
    assert.is_true(c.closed)
    assert.equal(2, log.n)
    assert.is_false(put_async(c, 2))
  end)

  it("chooses with alts: it meets nobody but the buffer", function()
    local got
    local c = channel_with(1, function(c, value)
      if value == 1 then got = async.block_alts({ c }, "default", "nothing") end
    end)
    put_async(c, 1)
    assert.same({ "nothing", "default" }, got)
    assert.same({ 1 }, sorted_rest(c))
  end)

  it("cannot park: that is an error of the step, and the put is done", function()
    local errors = more.reported(function()
      local c = channel_with(1, function(c) async.park_take(c) end)
      assert.is_true(more.in_go(async.park_put, c, 1))
      assert.is_nil(try_take(c))
    end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("park_take", 1, true))
  end)
end)

describe("a callback that uses its own channel", function()
  it("takes and puts on the caller, level by level", function()
    local c, seen = chan(1), {}
    local function again(value)
      seen[#seen + 1] = value
      if value < 5 then
        put_async(c, value + 1)
        async.take_async(c, again)
      end
    end
    put_async(c, 1)
    async.take_async(c, again)
    assert.same({ 1, 2, 3, 4, 5 }, seen)
  end)

  it("that was dispatched registers itself anew for ever without deep recursion", function()
    local c, count = chan(), 0
    local function again(value)
      if value == nil then return end
      count = count + 1
      async.take_async(c, again)
    end
    async.take_async(c, again)
    for i = 1, 5000 do
      put_async(c, i)
      if i % 100 == 0 then more.settle() end
    end
    more.settle()
    assert.equal(5000, count)
    async.close(c)
    more.settle()
  end)
end)

describe("everything that calls back into everything", function()
  it("neither crashes nor breaks the channels that come after", function()
    more.expect_ok([[
      local async = require "async"
      async.on_error(function() end)
      local state, depth, all = 7, 0, {}
      local function below(n)
        state = (state * 16807) % 2147483647
        return state % n + 1
      end
      local random_use
      local function callback() return random_use end
      local function xf(step)
        return function(...)
          random_use()
          if below(9) == 1 then error({}) end
          if below(9) == 1 then return async.reduced((...)) end
          if select("#", ...) == 2 and below(5) == 1 then step(...) end
          return step(...)
        end
      end
      local function handler()
        random_use()
        if below(5) == 1 then error "handler" end
        return below(2) == 1 and "mended" or nil
      end
      local function any()
        if #all < 6 or below(20) == 1 then
          local buffers = { async.buffer(below(3)), async.sliding_buffer(1), async.dropping_buffer(2) }
          local c = below(4) == 1 and async.chan() or async.chan(buffers[below(3)], xf, handler)
          if below(9) == 1 then c = async.promise_chan(xf, handler) end
          all[below(6)] = c
        end
        return all[below(#all)] or async.chan()
      end
      local uses = {
        function() async.put_async(any(), {}, callback(), below(2) == 1) end,
        function() async.take_async(any(), callback(), below(2) == 1) end,
        function() async.try_put(any(), {}) end,
        function() async.try_take(any()) end,
        function() async.close(any()) end,
        function() async.block_alts({ any(), { any(), 1 } }, "default", 1) end,
        function() async.block_take(any()) end,
        function() async.go(function() async.park_put(any(), 1) random_use() end) end,
        function() async.go(function() async.park_alts { any(), any(), { any(), 2 } } random_use() end) end,
        function() coroutine.wrap(function() async.park_take(any()) random_use() end)() end,
        function() async.step(below(4)) end,
        function() if below(20) == 1 then collectgarbage() end end,
        function() error("thrown", 0) end,
      }
      function random_use()
        if depth > 6 then return end
        depth = depth + 1
        pcall(uses[below(#uses)])
        depth = depth - 1
      end
      for i = 1, 20000 do random_use() end
      for _, c in pairs(all) do pcall(async.close, c) end
      for _ = 1, 50 do async.step(1000) end
      local c = async.chan(1)
      assert(async.put_async(c, 1) == true and async.try_take(c) == 1)
      local got
      async.go(function() got = async.park_take(c) end)
      async.put_async(c, "woken")
      for _ = 1, 50 do async.step(1000) end
      assert(got == "woken")
      print "ok"
    ]], 60)
  end)
end)
