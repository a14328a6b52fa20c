local async = require("async")
local support = require("spec.support.init")
local T, raises, recorder = support.T, support.raises, support.recorder

local function ignore() end

-- The middle of seven waits of `ms`, and the shortest: one late wake-up of a busy
-- machine does not count, one early wake-up does.
local function waits(ms)
  local times = {}
  for i = 1, 7 do
    times[i] = support.measure(function()
      assert.is_nil(async["<!!"](async.timeout(ms)))
    end)
  end
  table.sort(times)
  return times[4], times[1]
end

-- What a child prints while it waits with every sleeping helper out of reach.
local BARE = [[
  local banned = {
    "socket", "socket.core", "posix", "posix.time", "posix.unistd", "posix.poll",
    "posix_c", "system", "system.core", "cqueues", "luv", "ffi", "chronos", "ltask",
  }
  for _, name in ipairs(banned) do
    package.loaded[name] = nil
    package.preload[name] = function() error(name .. " was asked for") end
  end
  local async = require("async")
  local function say(...)
    print(...)
    io.stdout:flush()
  end
  assert(async.block_take(async.timeout(1)) == nil)
  local cpu = os.clock()
  for _ = 1, 7 do
    say("before")
    assert(async["<!!"](async.timeout(50)) == nil)
    say("after")
  end
  assert(async.block_take(async.timeout(200)) == nil)
  say("cpu " .. (os.clock() - cpu) * 1000)
  for _, name in ipairs(banned) do assert(package.loaded[name] == nil, name) end
]]

describe("blocking operations on the main thread", function()
  it("41: they answer at once when the channel is ready or closed", function()
    local c, closed = async.chan(1), async.chan()
    async.close(closed)
    assert.is_true(async[">!!"](c, 1))
    assert.is_false(async[">!!"](closed, 1))
    assert.is_nil(async["<!!"](closed))
    assert.equal(1, async.block_take(c))
    assert.is_true(async.block_put(c, false))
    assert.is_false(async.block_take(c))
  end)

  it("41: they wait for a go block on the other side", function()
    local c = async.chan()
    local result = async.go(function() return async["<!"](c) + async["<!"](c) end)
    assert.is_true(async[">!!"](c, 1))
    assert.is_true(async.block_put(c, 2))
    assert.equal(3, async["<!!"](result))
  end)

  it("42: a take that nothing can end raises and takes nothing later", function()
    local c = async.chan()
    raises("not ready", async["<!!"], c)
    raises("not ready", async.block_take, c)
    assert.is_nil(async.try_put(c, 1))
    local seen, g = recorder()
    async.put_async(c, "later")
    async.take_async(c, g)
    assert.same({ n = 1, "later" }, seen)
  end)

  it("42: a put that nothing can end raises and gives nothing later", function()
    local c = async.chan()
    raises("not ready", async[">!!"], c, 1)
    raises("not ready", async.block_put, c, 1)
    assert.is_nil(async.try_take(c))
    local seen, g = recorder()
    async.take_async(c, g)
    assert.equal(0, seen.n)
    async.put_async(c, "later")
    T(1)
    assert.same({ n = 1, "later" }, seen)
  end)

  it("42: a parked go block that waits for us too does not hide it", function()
    local c = async.chan()
    async.go(function() async.park_take(c) end)
    raises("not ready", async["<!!"], c)
    assert.is_true(async[">!!"](c, 1)) -- goes to the go block, not to the dead take
  end)

  it("42: a pending timer is a reason to wait, because its callback may act", function()
    local c = async.chan()
    async.take_async(async.timeout(20), function() async.put_async(c, "late") end)
    assert.equal("late", async["<!!"](c))
    async.take_async(async.timeout(20), function() async.take_async(c, ignore) end)
    assert.is_true(async[">!!"](c, 1))
    async.timeout(20)
    raises("not ready", async["<!!"], c)
  end)

  it("43: parking operations are refused on the main thread", function()
    local c = async.chan(1)
    for _, key in ipairs({ "<!", "park_take" }) do
      local err = raises("park_take", async[key], c)
      assert.truthy(tostring(err):find("<!", 1, true))
    end
    for _, key in ipairs({ ">!", "park_put" }) do raises("park_put", async[key], c, 1) end
    for _, key in ipairs({ "alts!", "park_alts" }) do
      raises("park_alts", async[key], { c })
      raises("park_alts", async[key], { c }, "default", 1)
    end
    assert.equal(0, #c)
  end)

  it("43: blocking operations are refused in a coroutine", function()
    local c = async.chan(1)
    async.put_async(c, "kept")
    local function refused()
      for _, key in ipairs({ "<!!", "block_take" }) do raises("block_take", async[key], c) end
      for _, key in ipairs({ ">!!", "block_put" }) do raises("block_put", async[key], c, 1) end
      for _, key in ipairs({ "alts!!", "block_alts" }) do
        raises("block_alts", async[key], { c })
      end
      return "seen"
    end
    assert.equal("seen", coroutine.wrap(refused)())
    assert.equal("seen", async["<!!"](async.go(refused)))
    assert.equal("kept", async.try_take(c))
  end)

  it("44: a timeout of 50 ms is over after 50 to 65 ms and never before", function()
    local middle, shortest = waits(50)
    assert.is_true(shortest >= 50, shortest .. " ms")
    assert.is_true(middle <= 65, middle .. " ms")
  end)

  it("44: waiting 200 ms costs less than 20 ms of processor time", function()
    local wall, cpu = support.measure(T, 200)
    assert.is_true(wall >= 200, wall .. " ms")
    assert.is_true(cpu < 20, cpu .. " ms of processor time")
  end)

  it("45: it holds in a bare interpreter without socket or posix libraries", function()
    local lines, times = support.child(BARE)
    assert.equal("exit 0", lines[#lines], table.concat(lines, "\n"))
    local spans = {}
    for i = 1, #lines do
      if lines[i] == "after" then spans[#spans + 1] = times[i] - times[i - 1] end
    end
    table.sort(spans)
    assert.equal(7, #spans)
    -- our own reading of "before" may be late, so the floor leaves it some room
    assert.is_true(spans[4] >= 45 and spans[4] <= 70, spans[4] .. " ms")
    local cpu = tonumber(lines[#lines - 1]:match("^cpu ([%d.e+-]+)$"))
    assert.is_true(cpu < 20, cpu .. " ms of processor time")
  end)

  it("46: a value delivered and closed behind 3000 queued tasks always arrives", function()
    local right = 0
    for _ = 1, 100 do
      local c, gate, side = async.chan(1), async.chan(), async.chan(async.sliding_buffer(1))
      local noise = 0
      async.go(function()
        async["<!"](gate)
        for i = 1, 3000 do
          async.put_async(side, i, function() noise = noise + 1 end, false)
        end
        async[">!"](c, "VALUE")
        async.close(c)
      end)
      async.put_async(gate, "go on")
      local first, second = async["<!!"](c), async["<!!"](c)
      async.run()
      if first == "VALUE" and second == nil and noise == 3000 then right = right + 1 end
    end
    assert.equal(100, right)
  end)

  it("47: a callback that blocks runs once", function()
    local c = async.chan()
    local calls, finished = 0, 0
    async["take!"](c, function()
      calls = calls + 1
      async["<!!"](async.timeout(20))
      finished = finished + 1
    end)
    async.put_async(c, 1)
    T(60)
    assert.equal(1, calls)
    assert.equal(1, finished)
  end)
end)
