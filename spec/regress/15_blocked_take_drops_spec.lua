local async = require("async")

local NOISE = 3000

-- Puts NOISE tasks in front of whatever comes next.
local function crowd()
  local side = async.chan(async.sliding_buffer(1))
  for i = 1, NOISE do async.put_async(side, i, function() end, false) end
end

-- Blocks on c while `act` runs behind a crowd of tasks.
local function behind_crowd(c, act)
  async.put_async(async.chan(1), 1, function()
    crowd()
    act()
  end, false)
  return async["<!!"](c)
end

describe("15: a blocked take keeps the value of a channel that closes meanwhile", function()
  it("when a waiting taker is served and the channel closed at once", function()
    for _ = 1, 30 do
      local c = async.chan()
      local got = behind_crowd(c, function()
        async.put_async(c, "VALUE")
        async.close(c)
      end)
      assert.equal("VALUE", got)
      assert.is_nil(async["<!!"](c))
      async.run()
    end
  end)

  it("when a go block returns it", function()
    for _ = 1, 30 do
      local gate = async.chan()
      local result = async.go(function()
        async.park_take(gate)
        crowd()
        return "VALUE"
      end)
      assert.equal("VALUE", behind_crowd(result, function() async.put_async(gate, 1) end))
      async.run()
    end
  end)

  it("when it comes through alts!!", function()
    local c, other = async.chan(1), async.chan()
    async.put_async(async.chan(1), 1, function()
      crowd()
      async.put_async(c, "VALUE")
      async.close(c)
    end, false)
    local got = async["alts!!"]({ other, c })
    assert.equal("VALUE", got[1])
    assert.equal(c, got[2])
    async.run()
  end)
end)
