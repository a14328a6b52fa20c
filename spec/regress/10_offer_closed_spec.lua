local async = require("async")
local support = require("spec.support.init")

describe("10: offer! to a closed channel says false", function()
  it("of every kind", function()
    local kinds = {
      async.chan(), async.chan(2), async.chan(async.dropping_buffer(1)),
      async.chan(async.sliding_buffer(1)), async.promise_chan(), async.chan(1, support.inc),
    }
    for _, c in ipairs(kinds) do
      async.close(c)
      assert.is_false(async["offer!"](c, 1))
      assert.is_false(c:offer(1))
    end
  end)

  it("also while older puts still wait to be taken", function()
    local c = async.chan()
    async.put_async(c, 1)
    async.close(c)
    assert.is_false(async["offer!"](c, 2))
    assert.equal(1, async["poll!"](c))
    assert.is_false(async["offer!"](c, 2))
    assert.is_nil(async["poll!"](c))
  end)
end)
