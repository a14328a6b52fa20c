local async = require("async")
local support = require("spec.support.init")

-- Twenty numbers of the generator seeded with 42, with `work` between each two.
local function sequence(work)
  math.randomseed(42)
  local numbers = {}
  for i = 1, 20 do
    numbers[i] = math.random(1, 1e6)
    work()
  end
  return numbers
end

describe("28: the library leaves math.random alone", function()
  it("whatever order alts! tries its ports in", function()
    local expected = sequence(function() end)
    local ports = {}
    for i = 1, 5 do ports[i] = async.chan(1) end
    local actual = sequence(function()
      for i = 1, 5 do async.try_put(ports[i], i) end
      async["alts!!"](ports)
      async.go(function() async["alts!"](ports, "default", 0) end)
      support.T(0)
    end)
    assert.same(expected, actual)
  end)

  it("and does not depend on it: the same seed gives other choices", function()
    local function choices()
      math.randomseed(7)
      local a, b, picked = async.chan(64), async.chan(64), {}
      for i = 1, 64 do
        async.put_async(a, "a")
        async.put_async(b, "b")
        picked[i] = async["alts!!"]({ a, b })[1]
      end
      return table.concat(picked)
    end
    assert.are_not.equal(choices(), choices())
  end)
end)
