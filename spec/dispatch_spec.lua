-- There is no scheduler that holds what nobody can reach: what is queued, in which order, and what is collected.
local async = require "async"
local more = require "spec.support.more"

local unpack = table.unpack or unpack
local chan, go, timeout = async.chan, async.go, async.timeout
local park_take, park_alts = async.park_take, async.park_alts
local put_async, take_async, dispatched = async.put_async, async.take_async, async.dispatched

--- Counts the tables registered with it that are still alive.
local function watcher()
  local alive = setmetatable({}, { __mode = "k" })
  local function add()
    local token = {}
    alive[token] = true
    return token
  end
  local function count()
    more.collect()
    local n = 0
    for _ in pairs(alive) do n = n + 1 end
    return n
  end
  return add, count
end

--- Parks a go block that holds `token` on what `park` waits for.
local function hold(token, park, ...)
  local args = more.pack(...)
  go(function()
    park(unpack(args, 1, args.n))
    token.woke = true
  end)
end

describe("dispatched", function()
  before_each(function() async.run() end)

  it("is nothing while ten thousand blocks are parked, and one after one put", function()
    more.collect()
    local channels, woke, others = {}, 0, async.stats().parked
    for i = 1, 10000 do
      channels[i] = chan()
      go(function()
        park_take(channels[i])
        woke = woke + 1
      end)
    end
    local before, after, attempts, parked = more.undisturbed(function(attempt)
      local before = dispatched()
      put_async(channels[5000 + attempt], 1)
      return before, dispatched(), attempt, async.stats().parked
    end)
    assert.equal(0, before)
    assert.equal(1, after)
    assert.equal(others + 10000 - attempts, parked)
    more.settle()
    assert.equal(attempts, woke)
    assert.equal(0, dispatched())
  end)

  it("counts a callback that was not run on the caller", function()
    local one, two = more.undisturbed(function()
      local c = chan(1)
      put_async(c, 1, function() end, false)
      local one = dispatched()
      take_async(c, function() end, false)
      return one, dispatched()
    end)
    assert.same({ 1, 2 }, { one, two })
    more.settle()
    assert.equal(0, dispatched())
  end)

  it("counts what step leaves and what step runs", function()
    local seen = { more.undisturbed(function()
      local c, ran = chan(), 0
      for _ = 1, 10 do take_async(c, function() ran = ran + 1 end) end
      async.close(c)
      local queued = dispatched()
      local first = async.step(4)
      return queued, first, ran, dispatched(), async.step(), ran, async.step()
    end) }
    assert.same({ 10, 4, 4, 6, 6, 10, 0 }, seen)
  end)

  it("is the figure that stats tells", function()
    local queued, before = more.undisturbed(function()
      local c = chan()
      take_async(c, function() end)
      put_async(c, 1)
      local stats = async.stats()
      return stats.dispatched, stats.tasks
    end)
    assert.equal(1, queued)
    more.settle()
    assert.equal(0, async.stats().dispatched)
    assert.equal(before + 1, async.stats().tasks)
  end)
end)

describe("dispatch", function()
  it("runs first what was queued first, callbacks and blocks mixed", function()
    local log, gate = {}, {}
    for i = 1, 60 do
      gate[i] = chan()
      local function note() log[#log + 1] = i end
      if i % 3 == 0 then
        take_async(gate[i], note)
      elseif i % 3 == 1 then
        go(function()
          park_take(gate[i])
          note()
        end)
      else
        go(function()
          park_alts { chan(), gate[i] }
          note()
        end)
      end
    end
    local order = {}
    for i = 1, 60 do
      order[i] = (i * 7) % 60 + 1
      put_async(gate[order[i]], "go")
    end
    more.settle()
    assert.same(order, log)
  end)

  it("puts what a task queues behind what is queued already", function()
    local log, a, b = {}, chan(), chan()
    take_async(a, function()
      log[#log + 1] = "first"
      take_async(b, function() log[#log + 1] = "last" end)
      put_async(b, 1)
    end)
    take_async(a, function() log[#log + 1] = "second" end)
    take_async(a, function() log[#log + 1] = "third" end)
    for i = 1, 3 do put_async(a, i) end
    more.settle()
    assert.same({ "first", "second", "third", "last" }, log)
  end)

  it("keeps the order over a queue of tens of thousands", function()
    local c, log = chan(), {}
    for i = 1, 30000 do
      take_async(c, function(value) log[#log + 1] = value end)
      put_async(c, i)
    end
    more.settle()
    assert.equal(30000, #log)
    for i = 1, 30000 do
      if log[i] ~= i then error(("place %d holds %s"):format(i, log[i])) end
    end
  end)
end)

describe("what nobody can reach", function()
  local add, count

  before_each(function()
    async.run()
    more.collect()
    add, count = watcher()
  end)

  it("is freed: blocks parked in a take, a put, an alts", function()
    local function park_all()
      for _ = 1, 50 do
        hold(add(), park_take, chan())
        hold(add(), async.park_put, chan(), "value")
        hold(add(), park_alts, { chan(), { chan(), 1 }, chan() })
      end
    end
    local others = async.stats().parked
    park_all()
    assert.equal(0, count())
    assert.equal(others, async.stats().parked)
  end)

  it("is freed only with its channel", function()
    local kept = chan()
    local function park_all()
      hold(add(), park_take, kept)
      hold(add(), park_alts, { chan(), kept })
      hold(add(), park_take, chan())
    end
    park_all()
    assert.equal(2, count())
    put_async(kept, 1)
    put_async(kept, 2)
    more.settle()
    kept = nil
    assert.equal(0, count())
  end)

  it("is freed: callbacks and values waiting in a dropped channel", function()
    local function park_all()
      for _ = 1, 50 do
        local taker, putter, value, buffered = add(), add(), add(), add()
        take_async(chan(), function() taker.called = true end)
        put_async(chan(), value, function() putter.called = true end)
        put_async(chan(2), buffered)
      end
    end
    park_all()
    assert.equal(0, count())
  end)

  it("is freed: an alts when the last of its channels is dropped, not before", function()
    local a, b = chan(), chan()
    hold(add(), park_alts, { a, b })
    assert.equal(1, count())
    a = nil
    assert.equal(1, count())
    b = nil
    assert.equal(0, count())
    assert.is_nil(a or b)
  end)

  it("is freed: blocks that wait for each other in a ring", function()
    local function ring()
      local channels = {}
      for i = 1, 10 do channels[i] = chan() end
      for i = 1, 10 do
        local token = add()
        go(function()
          local value = park_take(channels[i])
          async.park_put(channels[i % 10 + 1], value)
          token.woke = true
        end)
      end
    end
    ring()
    assert.equal(0, count())
  end)

  it("is freed: the transducer, the handler and the buffered values of a dropped channel", function()
    local function build()
      for _ = 1, 20 do
        local xf, handler, value = add(), add(), add()
        local c = chan(4, function(step)
          return function(...)
            xf.used = true
            return step(...)
          end
        end, function() handler.used = true end)
        put_async(c, value)
      end
    end
    build()
    assert.equal(0, count())
  end)

  it("is freed: a finished block, its result channel and what it returned", function()
    local function finish()
      for _ = 1, 20 do
        local token = add()
        go(function() return token end)
      end
    end
    finish()
    more.settle()
    assert.equal(0, count())
  end)

  it("does not include a block whose timeout is still to come: it wakes", function()
    local token = add()
    hold(token, park_take, timeout(300))
    hold(add(), park_alts, { chan(), timeout(300) })
    assert.equal(2, count())
    more.wait_for(function() return token.woke end)
    token = nil
    async.run()
    assert.equal(0, count())
  end)

  it("does not include callbacks and blocks that are already queued", function()
    local woke = 0
    local function queue()
      local c = chan()
      take_async(c, function() woke = woke + 1 end)
      go(function()
        park_take(c)
        woke = woke + 1
      end)
      put_async(c, 1)
      put_async(c, 2)
    end
    queue()
    more.collect()
    more.settle()
    assert.equal(2, woke)
  end)

  it("does not include a block whose channel is reachable from a living one", function()
    local root, woke = chan(1), false
    local function park()
      local inner = chan()
      put_async(root, inner)
      go(function()
        park_take(inner)
        woke = true
      end)
    end
    park()
    more.collect()
    put_async(async.try_take(root), 1)
    more.settle()
    assert.is_true(woke)
  end)
end)

describe("a million parked blocks in rounds", function()
  local function round(kind)
    for _ = 1, 10000 do
      local c = chan()
      if kind == 1 then
        go(function() park_take(c) end)
      elseif kind == 2 then
        take_async(c, function() end)
      else
        go(function() park_alts { c, chan() } end)
      end
    end
  end

  local function used()
    more.collect()
    return collectgarbage "count"
  end

  for kind, name in ipairs { "parked blocks", "waiting callbacks", "parked alts" } do
    it("leaves no memory behind: " .. name, function()
      async.run()
      -- As many at a time as there will be later, so that every table has its size.
      for _ = 1, 5 do
        round(kind)
        collectgarbage "collect"
      end
      local baseline, others = used(), async.stats().parked
      for _ = 1, kind == 1 and 100 or 20 do
        round(kind)
        collectgarbage "collect"
      end
      -- A table may grow once more, by some hundred kB; a pointer lost with each were 1,500.
      assert.is_true(used() - baseline < 512, "grew by " .. used() - baseline .. " kB")
      assert.equal(others, async.stats().parked)
    end)
  end
end)
