local async = require("async")
local support = require("spec.support.init")

describe("01: dispatched work runs in the order it was queued", function()
  it("whatever kinds of callbacks and go blocks are mixed", function()
    local log, expected = {}, {}
    for i = 1, 300 do
      local c = async.chan()
      local kind = i % 3
      expected[i] = i
      if kind == 0 then
        async.take_async(c, function() log[#log + 1] = i end)
        async.put_async(c, i)
      elseif kind == 1 then
        async.put_async(c, i, function() log[#log + 1] = i end)
        async.try_take(c)
      else
        async.go(function()
          async.park_take(c)
          log[#log + 1] = i
        end)
        async.put_async(c, i)
      end
    end
    support.T(1)
    assert.same(expected, log)
  end)

  -- Work of `ms` on this thread, with operations of the library in between.
  local function burn(ms)
    local limit, spare = support.now() + ms, async.chan(async.sliding_buffer(1))
    while support.now() < limit do async.put_async(spare, 1) end
  end

  it("also when tasks take long and timers interrupt them: each starts once, in turn", function()
    local calls, resumed, expected = {}, {}, {}
    local c, d = async.chan(), async.chan()
    for i = 1, 6 do
      expected[i] = i
      async.take_async(c, function(value)
        calls[#calls + 1] = value
        burn(15)
      end)
      async.go(function()
        local value = async.park_take(d)
        resumed[#resumed + 1] = value
        burn(15)
      end)
    end
    async.timeout(300) -- something else that time brings forward
    for i = 1, 6 do
      async.put_async(c, i)
      async.put_async(d, i)
    end
    async.run()
    assert.same(expected, calls)
    assert.same(expected, resumed)
  end)

  it("and a task that parks or ends within 5 ms is not interrupted at all", function()
    local started, intruders, ran = {}, 0, 0
    local function task()
      local outer = started[#started]
      if outer and support.now() - outer < 5 then intruders = intruders + 1 end
      started[#started + 1] = support.now()
      burn(0.2)
      started[#started] = nil
      ran = ran + 1
    end
    async.timeout(300)
    local c, spare = async.chan(), async.chan(async.sliding_buffer(1))
    for i = 1, 200 do
      async.put_async(spare, i, task, false)
      async.go(function()
        async.park_take(c)
        task()
      end)
      async.put_async(c, i)
    end
    async.run()
    assert.equal(400, ran)
    assert.equal(0, intruders)
  end)

  it("and what tasks queue runs in the order in which they queued it", function()
    local log = {}
    local function later(name, next_task)
      async.put_async(async.chan(1), true, function()
        log[#log + 1] = name
        if next_task then next_task() end
      end, false)
    end
    local function start()
      later("a", function() later("a2", function() later("a3") end) end)
      later("b", function() later("b2") end)
      later("c")
    end
    local wall
    repeat -- until the machine let it pass without a pause that allows an interruption
      log = {}
      async.put_async(async.chan(1), true, start, false)
      wall = support.measure(async.run)
    until wall < 4
    assert.same({ "a", "b", "c", "a2", "b2", "a3" }, log)
  end)
end)
