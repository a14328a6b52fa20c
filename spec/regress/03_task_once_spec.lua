local async = require("async")
local support = require("spec.support.init")

describe("03: a task that blocks is not run again", function()
  it("nor are the tasks queued behind it", function()
    local runs, order = {}, {}
    for i = 1, 50 do
      runs[i] = 0
      async.put_async(async.chan(1), i, function()
        runs[i] = runs[i] + 1
        order[#order + 1] = i
        if i % 10 == 0 then support.T(1) end
      end, false)
    end
    support.T(1)
    async.run()
    for i = 1, 50 do
      assert.equal(1, runs[i])
      assert.equal(i, order[i])
    end
  end)

  it("a callback may block on what a later task delivers", function()
    local c, got = async.chan(), {}
    async.put_async(async.chan(1), 1, function() got[#got + 1] = async["<!!"](c) end, false)
    async.put_async(async.chan(1), 1, function() async.put_async(c, "behind") end, false)
    async.run()
    assert.same({ "behind" }, got)
  end)
end)
