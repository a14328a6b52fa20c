local async = require("async")

describe("21: timers close in the order of their deadlines", function()
  -- The order in which timers of these lengths call back.
  local function order(lengths, wait)
    local log = {}
    async.block_take(async.timeout(1)) -- begins right after timers have fired
    for i, ms in ipairs(lengths) do
      async.take_async(async.timeout(ms), function() log[#log + 1] = i end)
    end
    wait()
    async.run()
    return log
  end

  it("when they are waited for", function()
    assert.same({ 4, 2, 3, 1 }, order({ 80, 60, 70, 50 }, function() end))
  end)

  it("when the main thread slept past all of them", function()
    local lengths, expected = {}, {}
    for i = 1, 12 do
      lengths[i] = (13 - i) * 10 + 20
      expected[i] = 13 - i
    end
    local log = order(lengths, function() os.execute("sleep 0.2") end)
    assert.same(expected, log)
  end)
end)
