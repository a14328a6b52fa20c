local async = require("async")
local support = require("spec.support.init")

-- A completion that emits "flushed" once.
local function flushing(rf)
  local emitted = false
  return function(...)
    local count = select("#", ...)
    if count == 0 then return rf() end
    if count == 2 then return rf(...) end
    local result = ...
    if not emitted then
      emitted = true
      result = rf(result, "flushed")
    end
    return rf(result)
  end
end

describe("09: promise channels answer every kind of reader", function()
  it("poll! sees the delivered value for ever", function()
    local p = async.promise_chan()
    assert.is_nil(async.try_take(p))
    async.put_async(p, 5)
    async.put_async(p, 6)
    for _ = 1, 5 do assert.equal(5, async["poll!"](p)) end
    assert.equal(5, async["<!!"](p))
    assert.equal(5, async["poll!"](p))
  end)

  it("close! hands a flushed value to all who wait and all who come", function()
    local p = async["promise-chan"](flushing)
    local seen, g = support.recorder()
    async.take_async(p, g)
    async.take_async(p, g)
    async["close!"](p)
    support.T(1)
    assert.same({ n = 2, "flushed", "flushed" }, seen)
    assert.equal("flushed", async["<!!"](p))
    assert.equal("flushed", async["poll!"](p))
  end)
end)
