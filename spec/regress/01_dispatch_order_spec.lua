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

  it("and what a task queues runs after what was queued before", function()
    local log = {}
    local function later(name, next_task)
      async.put_async(async.chan(1), true, function()
        log[#log + 1] = name
        if next_task then next_task() end
      end, false)
    end
    later("a", function() later("a2", function() later("a3") end) end)
    later("b", function() later("b2") end)
    later("c")
    support.T(1)
    assert.same({ "a", "b", "c", "a2", "b2", "a3" }, log)
  end)
end)
