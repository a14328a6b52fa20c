local async = require("async")
local support = require("spec.support.init")

-- Only PUC Lua has the hook; the promise is the same where there is none.
describe("02: the debug hook stays out of the library's own operations", function()
  it("no task runs while a transducer step of a put is under way", function()
    local inside, intruders, ran = false, 0, 0
    local slow = support.stepping(function(rf, result, input)
      inside = true
      local limit = support.now() + 15
      while support.now() < limit do end
      inside = false
      return rf(result, input)
    end)
    local c, side = async.chan(20, slow), async.chan(async.sliding_buffer(1))
    for i = 1, 8 do
      for _ = 1, 5 do
        async.put_async(side, i, function()
          ran = ran + 1
          if inside then intruders = intruders + 1 end
        end, false)
      end
      assert.is_true(async.put_async(c, i))
    end
    async.run()
    assert.equal(0, intruders)
    assert.equal(40, ran)
    for i = 1, 8 do assert.equal(i, async.try_take(c)) end
  end)

  it("a rendezvous is never lost between main and what the hook runs", function()
    local met, wanted, stranded = 0, 0, 0
    local firings = async.stats().firings
    for _ = 1, 200 do
      local c, counted = async.chan(), 0
      local function count() counted = counted + 1 end
      for i = 1, 20 do
        -- queued work that takes, while this thread puts; the steps are Lua code
        async.put_async(async.chan(1, support.id), i, function()
          async.take_async(c, count)
        end, false)
        async.put_async(c, i)
        support.busy(0.02, function() return false end)
      end
      async.run()
      wanted, met = wanted + 20, met + counted
      if async.try_take(c) ~= nil or async.try_put(c, "x") ~= nil then stranded = stranded + 1 end
    end
    assert.equal(wanted, met)
    assert.equal(0, stranded)
    if async.stats().trigger == "count" then
      assert.is_true(async.stats().firings > firings, "the hook never fired")
    end
  end)
end)
