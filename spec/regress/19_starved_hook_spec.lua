local async = require("async")
local support = require("spec.support.init")

describe("19: steady dispatching does not starve timers", function()
  it("when every turn of a loop dispatches from a coroutine", function()
    local t, done = async.timeout(10), 0
    local feed = coroutine.wrap(function()
      local side = async.chan(async.sliding_buffer(1))
      while true do
        async.put_async(side, 1, function() done = done + 1 end, false)
        coroutine.yield()
      end
    end)
    assert.is_true(support.busy(2000, function()
      feed()
      return t.closed
    end))
    async.run()
    assert.is_true(done > 0)
  end)

  it("when tasks keep queuing tasks under a blocked take", function()
    local side = async.chan(async.sliding_buffer(1))
    local going, turns = true, 0
    local function again()
      turns = turns + 1
      if going then async.put_async(side, 1, again, false) end
    end
    again()
    local wall = support.measure(support.T, 20)
    going = false
    async.run()
    assert.is_true(turns > 100)
    assert.is_true(wall < 1000, wall .. " ms")
  end)

  it("and the hook's count is a number one can work with", function()
    for _ = 1, 50 do
      async.put_async(async.chan(1), 1, function() end, false)
      async.step()
    end
    local count = async.stats().instructions_per_10ms
    assert.equal("number", type(count))
    assert.is_true(count >= 0 and count < math.huge)
  end)
end)
