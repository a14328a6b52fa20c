local async = require("async")
local support = require("spec.support.init")
local T, raises, recorder = support.T, support.raises, support.recorder

local LIMIT = 1024

local function ignore() end

-- Leaves `count` dead entries on one side of c: go blocks park on c or on a door,
-- and all come in through the door.
local function dead_alts(c, count, port)
  for _ = 1, count do
    local door = async.chan()
    local result = async.go(function() return async["alts!"]({ port(c), door })[2] == door end)
    async.put_async(door, "open")
    assert.is_true(async["<!!"](result))
  end
end

local function as_take(c) return c end
local function as_put(c) return { c, "dead" } end

describe("limits", function()
  it("27: the 1025th pending put raises and the channel stays usable", function()
    local c = async.chan()
    for i = 1, LIMIT do assert.is_true(async["put!"](c, i)) end
    raises("1024", async["put!"], c, "too many")
    assert.equal(1, async["<!!"](c))
    assert.is_true(async.put_async(c, "last"))
    raises("1024", async.put_async, c, "too many")
    async.close(c)
    local values = support.drain(c)
    assert.equal(LIMIT, #values)
    assert.equal(2, values[1])
    assert.equal("last", values[LIMIT])
  end)

  it("27: a parking put over the limit raises inside its go block", function()
    local c = async.chan()
    for i = 1, LIMIT do async.put_async(c, i) end
    local ok, err
    async.go(function() ok, err = async.pcall(async[">!"], c, "too many") end)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("1024", 1, true))
    raises("1024", async.block_put, c, "too many")
    async.close(c)
    assert.equal(LIMIT, #support.drain(c))
  end)

  it("28: the 1025th pending take raises and the first taker is still first", function()
    local c = async.chan()
    local first, g = recorder()
    local second, h = recorder()
    async["take!"](c, g)
    async["take!"](c, h)
    for _ = 3, LIMIT do assert.is_nil(async["take!"](c, ignore)) end
    raises("1024", async["take!"], c, ignore)
    assert.is_true(async["put!"](c, 1))
    T(1)
    assert.same({ n = 1, 1 }, first)
    assert.equal(0, second.n)
    async.take_async(c, ignore)
    raises("1024", async.take_async, c, ignore)
  end)

  it("29: thousands of defaulted alts! leave nothing in the way", function()
    local c = async.chan()
    local rounds = 3000
    local defaults = 0
    async.go(function()
      for i = 1, rounds do
        local put = async["alts!"]({ { c, i } }, "default", false)
        local take = async.park_alts({ c }, "default", false)
        if put[2] == "default" then defaults = defaults + 1 end
        if take[2] == "default" then defaults = defaults + 1 end
      end
    end)
    T(1)
    assert.equal(2 * rounds, defaults)
    assert.is_true(async["put!"](c, 42))
    local seen, g = recorder()
    async["take!"](c, g)
    assert.same({ n = 1, 42 }, seen)
  end)

  it("29: so it is when either side goes first alone", function()
    for _, port in ipairs({ as_put, as_take }) do
      local c = async.chan()
      local finished = false
      async.go(function()
        for _ = 1, 3000 do async.alts({ port(c) }, "default", 0) end
        finished = true
      end)
      T(1)
      assert.is_true(finished)
      assert.is_true(async.put_async(c, 42))
      local seen, g = recorder()
      async.take_async(c, g)
      assert.same({ n = 1, 42 }, seen)
    end
  end)

  it("30: dead alts takers do not count towards the limit", function()
    local c = async.chan()
    local seen, g = recorder()
    for _ = 1, 500 do async.take_async(c, g) end
    dead_alts(c, 60, as_take)
    for _ = 501, 1000 do async.take_async(c, g) end
    for _ = 1, 24 do assert.is_nil(async["take!"](c, g)) end
    raises("1024", async["take!"], c, g)
    for i = 1, LIMIT do assert.is_true(async.try_put(c, i)) end
    assert.is_nil(async.try_put(c, "nobody"))
    T(1)
    assert.equal(LIMIT, seen.n)
    for i = 1, LIMIT do assert.equal(i, seen[i]) end
  end)

  it("30: dead alts putters do not count towards the limit", function()
    local c = async.chan()
    for i = 1, 1000 do async.put_async(c, i) end
    -- nobody may take meanwhile, so these go blocks wait behind the thousand
    dead_alts(c, 60, as_put)
    for i = 1001, LIMIT do assert.is_true(async["put!"](c, i)) end
    raises("1024", async["put!"], c, "too many")
    for i = 1, LIMIT do assert.equal(i, async.try_take(c)) end
    assert.is_nil(async.try_take(c))
  end)
end)
