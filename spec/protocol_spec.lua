-- The protocol by which foreign objects and other libraries speak to a real channel:
-- ch["put!"](ch, value, handler, enqueue) and ch["take!"](ch, handler, enqueue).
local async = require "async"
local more = require "spec.support.more"
local foreign = require "spec.support.foreign"

local chan, put_async, block_take = async.chan, async.put_async, async.block_take

describe("the protocol of a real channel", function()
  it("completes a put and a take through a handler written in Lua", function()
    local c, h = chan(1), foreign.handler { blockable = true }
    assert.same({ true }, c["put!"](c, 5, h, true))
    assert.equal(1, h.commits)
    assert.same({ 5 }, c["take!"](c, h, true))
    assert.equal(2, h.commits)
    more.settle()
    assert.equal(0, h.results.n)
  end)

  it("keeps a blockable handler and calls back through commit, once", function()
    local c = chan()
    local put = foreign.handler { blockable = true, once = true }
    local take = foreign.handler { blockable = true, once = true }
    assert.is_nil(c["put!"](c, "v", put, true))
    assert.equal(0, put.commits)
    assert.equal("v", block_take(c))
    more.settle()
    assert.same({ n = 1, true }, put.results)
    assert.equal(1, put.commits)
    assert.is_nil(c["take!"](c, take, true))
    put_async(c, "w")
    more.settle()
    assert.same({ n = 1, "w" }, take.results)
    assert.equal(1, take.commits)
  end)

  it("never keeps a handler that must not wait", function()
    local c, h = chan(), foreign.handler { blockable = false }
    assert.is_nil(c["put!"](c, 1, h, true))
    assert.is_nil(c["take!"](c, h, true))
    assert.is_nil(async.try_take(c))
    assert.is_nil(async.try_put(c, 1))
    assert.equal(0, h.commits)
  end)

  it("answers a closed channel with {false} and {nil}, and commits", function()
    local c, h = chan(), foreign.handler { blockable = true }
    c["close!"](c)
    assert.same({ false }, c["put!"](c, 1, h, true))
    local got = c["take!"](c, h, true)
    assert.equal("table", type(got))
    assert.is_nil(got[1])
    assert.equal(2, h.commits)
  end)

  it("does nothing for a handler that is no longer active", function()
    local c, h = chan(2), foreign.handler { blockable = true }
    put_async(c, "kept")
    h.active = false
    c["put!"](c, "x", h, true)
    c["take!"](c, h, true)
    assert.equal(0, h.commits)
    assert.equal(1, #c)
    assert.equal("kept", block_take(c))
  end)

  it("passes over a waiting handler that has become inactive", function()
    local c = chan()
    local dead, live = foreign.handler { blockable = true }, foreign.handler { blockable = true, once = true }
    c["take!"](c, dead, true)
    c["take!"](c, live, true)
    dead.active = false
    put_async(c, 1)
    more.settle()
    assert.equal(0, dead.commits)
    assert.same({ n = 1, 1 }, live.results)
    c["put!"](c, "dead", dead, true)
    assert.is_nil(async.try_take(c))
  end)

  it("refuses nil and what is no handler, by name", function()
    local c = chan()
    local ok, err = pcall(c["put!"], c, nil, foreign.handler { blockable = true }, true)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("put!", 1, true))
    for _, bad in ipairs { 5, "h", true } do
      assert.is_false(pcall(c["put!"], c, 1, bad, true))
      assert.is_false(pcall(c["take!"], c, bad, true))
    end
    assert.is_nil(async.try_take(c))
    assert.is_nil(async.try_put(c, 1))
  end)
end)
