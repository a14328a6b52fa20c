local async = require("async")
local support = require("spec.support.init")

local Handler = {}
Handler.__index = Handler

local function handler(seen, active)
  return setmetatable({ live = active ~= false, commits = 0, seen = seen }, Handler)
end

local function check(self)
  if getmetatable(self) ~= Handler then error("called without itself", 3) end
end

Handler["active?"] = function(self)
  check(self)
  return self.live
end

Handler["blockable?"] = function(self)
  check(self)
  return true
end

Handler.commit = function(self)
  check(self)
  self.live = false
  self.commits = self.commits + 1
  return function(value) table.insert(self.seen, value) end
end

describe("30: a handler object of the user is called with itself", function()
  it("by a put and a take that complete at once", function()
    local c, seen = async.chan(1), {}
    local put, take = handler(seen), handler(seen)
    assert.same({ true }, c["put!"](c, "v", put, true))
    assert.same({ "v" }, c["take!"](c, take, true))
    assert.equal(1, put.commits)
    assert.equal(1, take.commits)
    support.T(1)
    assert.same({}, seen) -- the answer was returned, not called back
  end)

  it("by a put that waits", function()
    local c, seen = async.chan(), {}
    local put = handler(seen)
    assert.is_nil(c["put!"](c, "v", put, true))
    assert.equal(0, put.commits)
    assert.equal("v", async["<!!"](c))
    support.T(1)
    assert.equal(1, put.commits)
    assert.same({ true }, seen)
  end)

  it("by a take that waits", function()
    local c, seen = async.chan(), {}
    local take = handler(seen)
    assert.is_nil(c["take!"](c, take, true))
    assert.is_true(async.put_async(c, "v"))
    support.T(1)
    assert.equal(1, take.commits)
    assert.same({ "v" }, seen)
  end)

  it("on a closed channel", function()
    local c, seen = async.chan(), {}
    c["close!"](c)
    assert.same({ false }, c["put!"](c, "v", handler(seen), true))
    assert.same({}, { c["take!"](c, handler(seen), true)[1] })
  end)

  it("and one that says it is inactive takes no part", function()
    local c, seen = async.chan(1), {}
    local dead = handler(seen, false)
    c["put!"](c, "v", dead, true)
    assert.equal(0, #c)
    async.put_async(c, "kept")
    c["take!"](c, dead, true)
    assert.equal("kept", async.try_take(c))
    c["take!"](c, dead, true)
    async.put_async(c, "also kept")
    assert.equal("also kept", async.try_take(c))
    support.T(1)
    assert.equal(0, dead.commits)
    assert.same({}, seen)
  end)

  it("and one that dies while it waits is passed over", function()
    local c, seen = async.chan(), {}
    local dying, living = handler(seen), handler(seen)
    c["take!"](c, dying, true)
    c["take!"](c, living, true)
    dying.live = false
    async.put_async(c, "v")
    support.T(1)
    assert.equal(0, dying.commits)
    assert.equal(1, living.commits)
    assert.same({ "v" }, seen)
  end)
end)
