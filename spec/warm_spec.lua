-- Go blocks that run many times in one batch: they are kept in another way than
-- those that run once, which nothing but their speed may show.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local put, take = async.park_put, async.park_take

-- Two go blocks that play to and fro `turns` times, and nobody else holds them;
-- the first calls `each(turn)` while the second is queued.
local function play(turns, each)
  local there, back, seen = async.chan(), async.chan(), 0
  async.go(function()
    for turn = 1, turns do
      put(there, turn)
      each(turn)
      if take(back) == turn then seen = seen + 1 end
    end
  end)
  async.go(function()
    for _ = 1, turns do put(back, (take(there))) end
  end)
  async.run()
  return seen
end

describe("go blocks that meet again and again", function()
  it("survive a collection in every turn", function()
    assert.equal(300, play(300, function() collectgarbage() end))
  end)

  it("survive a collection between batches, wherever they are then", function()
    local begin, there, back, seen = async.chan(1), async.chan(), async.chan(), 0
    async.go(function()
      support.each(begin, function(n)
        for _ = 1, n do
          put(there, n)
          if take(back) == n then seen = seen + 1 end
        end
      end)
    end)
    async.go(function()
      support.each(there, function(n) put(back, n) end)
    end)
    local wanted = 0
    for n = 1, 80 do
      async.put_async(begin, n)
      repeat
        -- Now and then the last task of a step leaves one of them queued.
        local ran = async.step(5 + n % 7)
        support.collect()
        for _ = 1, 20 do coroutine.create(function() end) end
      until ran == 0
      wanted = wanted + n
      assert.equal(wanted, seen)
    end
  end)

  it("lose nothing when the queue grows in every way while they are in it", function()
    local function queue(n, f)
      local ready = async.chan(async.sliding_buffer(1))
      for _ = 1, n do async.put_async(ready, 1, f, false) end
    end
    local ran, wanted, there, back, sum = 0, 0, async.chan(), async.chan(), 0
    local function count() ran = ran + 1 end
    async.go(function()
      for _ = 1, 400 do put(back, (take(there))) end
    end)
    async.go(function()
      local state = 7
      for turn = 1, 400 do
        -- Now and then enough are queued before the other go block to fill a
        -- batch, and ever more behind it.
        state = (state * 16807) % 2147483647
        local loaded = turn % 8 == 0
        local before, behind = loaded and 64 + state % 60 or 0, loaded and turn or 0
        queue(before, count)
        put(there, turn)
        queue(behind, count)
        wanted = wanted + before + behind
        if loaded then collectgarbage() end
        sum = sum + take(back)
      end
    end)
    local reports = support.quiet_errors(async.run)
    assert.same({}, reports)
    assert.equal(wanted, ran)
    assert.equal(400 * 401 / 2, sum)
  end)

  it("go on after tasks that fail among them", function()
    local reports = support.quiet_errors(function()
      local seen = play(200, function(turn)
        if turn % 7 ~= 0 then return end
        local c = async.chan(1)
        async.put_async(c, 1, function() error "no" end, false)
        async.go(function()
          take(c)
          take(async.go(function() take(async.timeout(0)) end))
          error "neither"
        end)
      end)
      assert.equal(200, seen)
    end)
    assert.equal(2 * math.floor(200 / 7), #reports)
  end)

  it("go on after a callback that blocks and so runs a batch within the batch", function()
    local blocked = 0
    local seen = play(200, function(turn)
      if turn % 20 ~= 0 then return end
      local c = async.chan(1)
      async.put_async(c, turn, function()
        assert(async.block_take(async.timeout(0)) == nil)
        blocked = blocked + 1
      end, false)
    end)
    assert.equal(200, seen)
    assert.equal(10, blocked)
  end)

  it("may end in any turn, and others take their place", function()
    local c, sum = async.chan(), 0
    local function relay(n)
      for _ = 1, n % 5 + 1 do sum = sum + take(c) end
      if n > 1 then return async.go(relay, n - 1) end
    end
    async.go(relay, 100)
    local count = 0
    for n = 1, 100 do count = count + n % 5 + 1 end
    async.go(function()
      for _ = 1, count do put(c, 1) end
    end)
    async.run()
    assert.equal(count, sum)
  end)

  it("give up their wait when they are resumed by hand in the middle of it", function()
    local c, never, got = async.chan(), async.chan(), {}
    local block
    async.go(function()
      block = coroutine.running()
      for i = 1, 50 do got[i] = take(c) end
      got.by_hand = take(never)
      for i = 51, 100 do got[i] = take(c) end
    end)
    async.go(function()
      for i = 1, 50 do put(c, i) end
      take(async.timeout(0))
      -- Waits on `never`, and on LuaJIT it gets what it is resumed with.
      assert(coroutine.resume(block, nil))
      for i = 51, 100 do put(c, i) end
    end)
    async.run()
    for i = 1, 100 do assert.equal(i, got[i]) end
    assert.is_nil(got.by_hand)
    assert.is_nil(async.try_put(never, 1))
  end)

  it("leave their place when they are resumed by hand before the batch is over", function()
    support.collect()
    local before = async.stats().parked
    local c, never, gone = async.chan(), async.chan(), setmetatable({}, { __mode = "v" })
    async.go(function()
      gone[1] = coroutine.running()
      for _ = 1, 5 do take(c) end
      take(never)
    end)
    async.go(function()
      for i = 1, 5 do put(c, i) end
      coroutine.yield()
      assert(coroutine.resume(gone[1], nil))
    end)
    async.run()
    -- Nothing would keep it alive there.
    assert.equal(before, async.stats().parked)
    support.collect()
    assert.is_nil(gone[1])
    assert.is_nil(async.try_put(never, 1))
  end)

  it("take nobody's place in the queue when they are resumed by hand while they are in it", function()
    local reports = support.quiet_errors(function()
      -- Whatever room the queue has, some of these batches end while the place is in
      -- use again.
      for tasks = 100, 2300, 40 do
        local c, ready, block, goes_on = async.chan(), async.chan(async.sliding_buffer(1)), nil, true
        local queued, called = 0, 0
        local function again()
          called = called + 1
          if not goes_on then return end
          queued = queued + 1
          async.put_async(ready, 1, again, false)
        end
        async.go(function()
          block = coroutine.running()
          for _ = 1, 5 do take(c) end
        end)
        async.go(function()
          for i = 1, 4 do put(c, i) end
          coroutine.yield()
          put(c, "lost")
          assert(coroutine.resume(block, nil))
          for _ = 1, 50 do
            queued = queued + 1
            async.put_async(ready, 1, again, false)
          end
        end)
        async.step(tasks)
        goes_on = false
        async.run()
        assert.equal(queued, called)
      end
    end)
    assert.equal(56, #reports)
    for _, report in ipairs(reports) do assert.matches("resumed by somebody else", report.err) end
  end)

  it("are not kept after one that was about to run was resumed by hand", function()
    local c, gone = async.chan(), setmetatable({}, { __mode = "v" })
    local reports = support.quiet_errors(function()
      async.go(function()
        gone[1] = coroutine.running()
        for _ = 1, 2 do take(c) end
      end)
      async.go(function()
        put(c, 1)
        coroutine.yield()
        put(c, "lost")
        assert(coroutine.resume(gone[1], nil))
      end)
      async.run()
    end)
    assert.equal(1, #reports)
    support.collect()
    assert.is_nil(gone[1])
  end)

  it("are collected with the channel on which they stopped", function()
    local gone = setmetatable({}, { __mode = "v" })
    do
      local there, back = async.chan(), async.chan()
      async.go(function()
        gone[1] = coroutine.running()
        for i = 1, 200 do
          put(there, i)
          take(back)
        end
        take(there)
      end)
      async.go(function()
        gone[2] = coroutine.running()
        support.each(there, function(i) put(back, i) end)
      end)
      async.run()
      there, back = nil, nil -- luacheck: ignore 311
    end
    assert.equal(0, async.dispatched())
    support.collect()
    assert.is_nil(gone[1])
    assert.is_nil(gone[2])
  end)

  it("by the hundred, so that many share a line, all come to their end", function()
    local c, done = async.chan(), 0
    for n = 1, 300 do
      async.go(function()
        for _ = 1, 20 do
          if n % 2 == 0 then put(c, n) else take(c) end
        end
        done = done + 1
      end)
    end
    async.run()
    more.settle()
    assert.equal(300, done)
  end)
end)
