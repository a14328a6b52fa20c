local async = require("async")
local can = require("spec.support.can")
local support = require("spec.support.init")
local T, raises = support.T, support.raises

-- Lua name -> the core.async name.
local NAMES = {
  chan = "chan",
  buffer = "buffer",
  dropping_buffer = "dropping-buffer",
  sliding_buffer = "sliding-buffer",
  promise_buffer = "promise-buffer",
  is_unblocking_buffer = "unblocking-buffer?",
  promise_chan = "promise-chan",
  is_chan = "chan?",
  is_closed = "closed?",
  close = "close!",
  put_async = "put!",
  take_async = "take!",
  try_put = "offer!",
  try_take = "poll!",
  park_put = ">!",
  park_take = "<!",
  block_put = ">!!",
  block_take = "<!!",
  park_alts = "alts!",
  block_alts = "alts!!",
  put = "put",
  take = "take",
  alts = "alts",
  timeout = "timeout",
  go = "go",
  spawn = "go*",
  is_main_thread = "main-thread?",
  reduced = "reduced",
  is_reduced = "reduced?",
  mult = "mult",
  tap = "tap",
  untap = "untap",
  untap_all = "untap-all",
  mix = "mix",
  admix = "admix",
  unmix = "unmix",
  unmix_all = "unmix-all",
  toggle = "toggle",
  solo_mode = "solo-mode",
  pub = "pub",
  sub = "sub",
  unsub = "unsub",
  unsub_all = "unsub-all",
  run = "run",
  step = "step",
  dispatched = "dispatched",
  stats = "stats",
  on_error = "on-error",
  on_slow = "on-slow",
  preempt = "preempt",
  trigger = "trigger",
  track_coroutines = "track-coroutines",
  masked = "masked",
  pipe = "pipe",
  pipeline = "pipeline",
  pipeline_async = "pipeline-async",
  pipeline_unordered = "pipeline-unordered",
  pipeline_async_unordered = "pipeline-async-unordered",
  pipeline_blocking = "pipeline-blocking",
  split = "split",
  reduce = "reduce",
  transduce = "transduce",
  into = "into",
  onto_chan = "onto-chan!",
  to_chan = "to-chan!",
  map = "map",
  merge = "merge",
  unique = "unique",
  partition = "partition",
  partition_by = "partition-by",
  map_take = "map<",
  map_put = "map>",
  filter_take = "filter<",
  filter_put = "filter>",
  remove_take = "remove<",
  remove_put = "remove>",
  mapcat_take = "mapcat<",
  mapcat_put = "mapcat>",
  multiplex = "multiplex",
  broadcast = "broadcast",
}

describe("names", function()
  for lua_name, core_name in pairs(NAMES) do
    it(lua_name .. " and " .. core_name .. " are one function", function()
      assert.equal("function", type(async[lua_name]))
      assert.equal(async[lua_name], async[core_name])
    end)
  end

  it("go* and spawn are go", function()
    assert.equal(async.go, async["go*"])
    assert.equal(async.go, async.spawn)
  end)

  it("onto-chan and to-chan are the same with !!, with ! and without", function()
    for _, name in ipairs({ "onto-chan", "to-chan" }) do
      assert.equal(async[name .. "!"], async[name])
      assert.equal(async[name .. "!"], async[name .. "!!"])
    end
  end)

  it("the version is text under both of its keys", function()
    assert.equal("string", type(async._VERSION))
    assert.equal(async._VERSION, async.__VERSION)
  end)

  it("requiring the module adds no globals", function()
    local lines = support.child([[
      local before = {}
      for name in pairs(_G) do before[name] = true end
      local async = require("async")
      async.block_take(async.timeout(1))
      for name in pairs(_G) do
        if not before[name] then print("new global " .. tostring(name)) end
      end
    ]])
    assert.same({ "exit 0" }, lines)
  end)

  it("an argument error names the function both ways, what it wanted and what came", function()
    local function expect(lua_name, ...)
      local text = ("async.%s (%s): channel expected, got nil (argument 1)")
      raises(text:format(lua_name, NAMES[lua_name]), async[lua_name], ...)
    end
    local takers = { "close", "try_take", "block_take", "is_closed" }
    for _, name in ipairs(takers) do expect(name, nil) end
    for _, name in ipairs({ "put_async", "try_put", "block_put" }) do expect(name, nil, 1) end
    expect("take_async", nil, print)
    local checked = coroutine.wrap(function()
      expect("park_take", nil)
      expect("park_put", nil, 1)
      return true
    end)()
    assert.is_true(checked)
  end)
end)

describe("take, put and alts", function()
  local function exchange(c)
    assert.is_true(async.put(c, 1))
    assert.equal(1, async.take(c))
    async.put(c, 2)
    local picked = async.alts({ c })
    assert.equal(2, picked[1])
    assert.equal(c, picked[2])
    assert.same({ 9, "default" }, async.alts({ c }, { default = 9, priority = true }))
    return "through"
  end

  it("block on the main thread", function()
    assert.equal("through", exchange(async.chan(1)))
    local c = async.chan()
    raises("not ready", async.take, c)
    raises("not ready", async.put, c, 1)
    raises("not ready", async.alts, { c })
  end)

  it("park in a coroutine", function()
    assert.equal("through", async.block_take(async.go(exchange, async.chan(1))))
    local c = async.chan()
    local sum = async.go(function() return async.take(c) + async.alts({ c })[1] end)
    local put = async.go(function() return async.put(c, 1) and async.put(c, 2) end)
    assert.equal(3, async.block_take(sum))
    assert.is_true(async.block_take(put))
  end)
end)

describe("a channel object", function()
  it("has the methods of a channel", function()
    local c = async.chan(1)
    assert.is_true(c:put(1))
    assert.is_nil(c:offer(2))
    assert.equal(1, c:take())
    assert.is_true(c:offer(2))
    assert.equal(2, c:poll())
    assert.is_nil(c:poll())
    assert.is_falsy(c.closed)
    assert.is_nil(c:close())
    assert.is_true(c.closed)
    assert.is_false(c:put(3))
    assert.is_nil(c:take())
    assert.is_nil(c["close!"](c))
  end)

  it("parks in put and take inside a go block", function()
    local c = async.chan()
    local got = async.go(function() return c:take() end)
    local put = async.go(function() return c:put("v") end)
    assert.equal("v", async.block_take(got))
    assert.is_true(async.block_take(put))
  end)

  it("answers #, closed? and unknown fields", function()
    local c = async.chan(3)
    assert.equal(0, #c)
    async.put_async(c, 1)
    async.put_async(c, 2)
    assert.equal(2, #c)
    assert.is_false(async["closed?"](c))
    assert.is_nil(c.foo)
    assert.is_nil(c[1])
    assert.is_nil(c[c])
    async.close(c)
    assert.is_true(async.is_closed(c))
    assert.equal(2, #c)
  end)

  it("says in tostring what it is and how full", function()
    local head = "^ManyToManyChannel: 0x%x+ "
    local c = async.chan(5)
    async.put_async(c, 1)
    async.put_async(c, 2)
    assert.truthy(tostring(c):find(head .. "%(2/5%)$"), tostring(c))
    local u = async.chan()
    assert.truthy(tostring(u):find(head .. "%(unbuffered%)$"), tostring(u))
    async.close(u)
    assert.truthy(tostring(u):find(head .. "%(.*closed.*%)$"), tostring(u))
    assert.are_not.equal(tostring(c):match("0x%x+"), tostring(u):match("0x%x+"))
  end)

  local function filled()
    local c = async.chan(3)
    for _, value in ipairs({ 1, false, 3 }) do async.put_async(c, value) end
    async.close(c)
    return c
  end

  local function walk(c)
    local values = {}
    for value in c:iter() do values[#values + 1] = value end
    return values
  end

  if can.yield_anywhere then
    it("iterates in a go block until it is drained", function()
      assert.same({ 1, false, 3 }, async.block_take(async.go(walk, filled())))
      local live = async.chan()
      local result = async.go(walk, live)
      for i = 1, 5 do async.block_put(live, i) end
      async.close(live)
      assert.same({ 1, 2, 3, 4, 5 }, async.block_take(result))
    end)
  end

  it("iterates on the main thread until it is drained", function()
    assert.same({ 1, false, 3 }, walk(filled()))
    local from_go = async.chan()
    async.go(function()
      for i = 1, 3 do from_go:put(i) end
      from_go:close()
    end)
    assert.same({ 1, 2, 3 }, walk(from_go))
  end)
end)

describe("a buffer object", function()
  it("has its operations under both names", function()
    for _, make in ipairs({ async.buffer, async.dropping_buffer, async.sliding_buffer }) do
      local b = make(2)
      for _, pair in ipairs({
        { "add", "add!" }, { "remove", "remove!" }, { "is_full", "full?" },
        { "close_buf", "close-buf!" }, { "length" },
      }) do
        for _, name in ipairs(pair) do assert.equal("function", type(b[name]), name) end
      end
      b:add(1)
      b["add!"](b, 2)
      assert.equal(b["full?"](b), b:is_full())
      assert.equal(1, b:remove())
      assert.equal(2, b["remove!"](b))
      assert.is_nil(b:close_buf())
      assert.is_nil(b["close-buf!"](b))
      assert.equal(2, b.size)
      assert.is_not_nil(b.type)
      assert.is_nil(b.foo)
    end
  end)

  it("says in tostring how full it is", function()
    local b = async.buffer(2)
    b:add("v")
    local text = tostring(b)
    assert.truthy(text:find("0x%x+"), text)
    assert.truthy(text:find("(1/2)", 1, true), text)
  end)
end)

describe("the driver", function()
  -- The results of f() from a time in which no batch interrupted it.
  local function undisturbed(f)
    for _ = 1, 100 do
      async.run()
      local before = async.stats().batches
      local results = f()
      if async.stats().batches == before then return results end
    end
    error("batches never leave a short function alone")
  end

  it("run and step count the tasks they ran", function()
    T(1)
    local counts = undisturbed(function()
      for _ = 1, 5 do async.put_async(async.chan(1), 1, function() end, false) end
      local queued, stepped, left = async.dispatched(), async.step(2), async.dispatched()
      return { queued, stepped, left, async.run(), async.run(), async.step() }
    end)
    assert.same({ 5, 2, 3, 3, 0, 0 }, counts)
  end)

  it("stats counts every task once, whoever ran it", function()
    async.run()
    local before = async.stats().tasks
    for _ = 1, 7 do async.put_async(async.chan(1), 1, function() end, false) end
    async.run()
    assert.equal(before + 7, async.stats().tasks)
  end)

  it("run belongs to the main thread", function()
    assert.is_false((coroutine.wrap(function() return pcall(async.run) end)()))
    assert.is_true(async["main-thread?"]())
    assert.is_false(coroutine.wrap(function() return async["main-thread?"]() end)())
  end)

  it("stats tells its figures by name", function()
    local stats = async.stats()
    for _, name in ipairs({
      "firings", "batches", "instructions_per_10ms", "interval_count", "interval_ms_median",
      "interval_ms_max", "dispatched", "tasks", "parked", "timers",
    }) do
      assert.equal("number", type(stats[name]), name)
    end
    assert.equal(async.trigger(), stats.trigger)
    async.timeout(20)
    assert.equal(1, async.stats().timers - stats.timers)
    async.run()
    assert.equal(0, async.stats().timers)
  end)

  it("on_error gives back the handler it replaces", function()
    local function mine() end
    local before = async.on_error(mine)
    assert.equal(mine, async["on-error"](before))
  end)
end)
