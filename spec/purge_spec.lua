-- Waits that lost in an alts do not count against the limit of 1024.
local async = require "async"
local more = require "spec.support.more"

local chan, put_async, take_async = async.chan, async.put_async, async.take_async

--- Leaves `count` dead waits on `port`'s channel: an alts that tried it first and took elsewhere.
local function lose(port, count)
  local ready = chan()
  async.close(ready)
  more.in_go(function()
    for _ = 1, count do async.park_alts({ port, ready }, "priority", true) end
  end)
end

describe("lost waits", function()
  it("are purged before the limit raises: takes", function()
    for _, dead in ipairs { 1, 60, 64, 65, 500, 3000 } do
      local c, got = chan(), 0
      for _ = 1, 1000 do take_async(c, function() got = got + 1 end) end
      lose(c, dead)
      for _ = 1, 24 do take_async(c, function() got = got + 1 end) end
      assert.is_false(pcall(take_async, c, function() end))
      for i = 1, 1024 do assert(put_async(c, i)) end
      more.settle()
      assert.equal(1024, got)
      assert.is_nil(async.try_put(c, 1))
    end
  end)

  it("are purged before the limit raises: puts", function()
    for _, dead in ipairs { 1, 60, 64, 65, 500, 3000 } do
      local c = chan()
      for i = 1, 1000 do put_async(c, i) end
      lose({ c, "dead" }, dead)
      for i = 1001, 1024 do put_async(c, i) end
      local ok, err = pcall(put_async, c, "one too many")
      assert.is_false(ok)
      assert.truthy(err:find("1024", 1, true))
      for i = 1, 1024 do assert.equal(i, async.try_take(c)) end
      assert.is_nil(async.try_take(c))
    end
  end)

  it("are skipped wherever they stand between living ones", function()
    local c, log = chan(), {}
    for i = 1, 50 do
      take_async(c, function(value) log[#log + 1] = { i, value } end)
      lose(c, i % 7)
    end
    for i = 1, 50 do put_async(c, i) end
    more.settle()
    assert.equal(50, #log)
    for i = 1, 50 do assert.same({ i, i }, log[i]) end
    assert.is_nil(async.try_put(c, 51))
  end)

  it("of an alts that took the default are gone at once", function()
    local c = chan()
    more.collect()
    local before = async.stats().parked
    for _ = 1, 2000 do async.block_alts({ c, { c, 1 } }, "default", 0) end
    for _ = 1, 1024 do take_async(c, function() end) end
    assert.is_false(pcall(take_async, c, function() end))
    assert.equal(before + 1024, async.stats().parked)
    async.close(c)
    more.settle()
  end)

  it("the limit in an alts leaves no wait on the ports before it", function()
    local full, other = chan(), chan()
    for _ = 1, 1024 do take_async(full, function() end) end
    local ok, err = more.in_go(async.pcall, async.park_alts, { other, full }, "priority", true)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("1024", 1, true))
    assert.is_nil(async.try_put(other, 1))
    async.close(full)
    more.settle()
  end)
end)
