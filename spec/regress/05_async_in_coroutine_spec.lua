local async = require("async")
local support = require("spec.support.init")

describe("05: put! and take! stay asynchronous inside a coroutine", function()
  -- Runs body in a go block and in a plain coroutine; neither may park.
  local function both(body)
    local finished = false
    async.go(function()
      body()
      finished = true
    end)
    assert.is_true(finished)
    local co = coroutine.create(body)
    assert.is_true(coroutine.resume(co))
    assert.equal("dead", coroutine.status(co))
  end

  it("without a callback", function()
    both(function()
      local c = async.chan()
      assert.is_true(async["put!"](c, 1))
      assert.equal(1, async.try_take(c))
    end)
  end)

  it("with callbacks that run once, on the caller when the value is there", function()
    both(function()
      local c = async.chan(1)
      local put, f = support.recorder()
      local taken, g = support.recorder()
      assert.is_true(async["put!"](c, 1, f))
      assert.same({ n = 1, true }, put)
      assert.is_nil(async["take!"](c, g))
      assert.same({ n = 1, 1 }, taken)
      async.put_async(c, 2, f, false)
      assert.equal(1, put.n)
    end)
  end)

  it("with callbacks that run once, later, when nobody is there yet", function()
    local all = {}
    both(function()
      local c, d = async.chan(), async.chan()
      local put, f = support.recorder()
      local taken, g = support.recorder()
      assert.is_true(async.put_async(c, 1, f))
      assert.is_nil(async.take_async(d, g))
      local polled, offered, calls = async.try_take(c), async.try_put(d, 2), put.n + taken.n
      assert.same({ 1, true, 0 }, { polled, offered, calls })
      all[#all + 1] = { put = put, taken = taken }
    end)
    support.T(1)
    local once = { put = { n = 1, true }, taken = { n = 1, 2 } }
    assert.same({ once, once }, all)
  end)

  it("so one go block can hold a put on many channels at once", function()
    local taps, acknowledged = {}, 0
    for i = 1, 5 do taps[i] = async.chan() end
    local result = async.go(function()
      local done = async.chan()
      local function count()
        acknowledged = acknowledged + 1
        if acknowledged == #taps then async.close(done) end
      end
      for i = 1, #taps do async.put_async(taps[i], i, count) end
      async.park_take(done)
      return "all"
    end)
    for i = #taps, 1, -1 do assert.equal(i, async["<!!"](taps[i])) end
    assert.equal("all", async["<!!"](result))
    assert.equal(5, acknowledged)
  end)
end)
