local async = require("async")

-- Processor seconds per item to fill and drain `rounds` channels of `size`.
local function cost(size, rounds)
  local put, take = async.try_put, async.try_take
  local best = math.huge
  for _ = 1, 3 do
    local channels = {}
    for i = 1, rounds do channels[i] = async.chan(size) end
    local start = os.clock()
    for i = 1, rounds do
      local c = channels[i]
      for value = 1, size do put(c, value) end
      for value = 1, size do
        if take(c) ~= value then error("out of order") end
      end
    end
    best = math.min(best, (os.clock() - start) / (size * rounds))
  end
  return best
end

-- The same for operations that wait: n puts pending, then n takes.
local function waiting_cost(n, rounds)
  local best = math.huge
  for _ = 1, 3 do
    local start = os.clock()
    for _ = 1, rounds do
      local c = async.chan()
      for value = 1, n do async.put_async(c, value) end
      for _ = 1, n do async.try_take(c) end
    end
    best = math.min(best, (os.clock() - start) / (n * rounds))
  end
  return best
end

describe("26: an operation costs the same however much is buffered", function()
  it("100 000 items drain at the price per item of 1 000", function()
    local small, large = cost(1000, 100), cost(100000, 1)
    assert.is_true(large < 8 * small, ("%.3g against %.3g s"):format(large, small))
  end)

  it("1 000 pending puts are taken at the price of 10", function()
    local small, large = waiting_cost(10, 1000), waiting_cost(1000, 10)
    assert.is_true(large < 8 * small, ("%.3g against %.3g s"):format(large, small))
  end)
end)
