-- Go blocks that compute for long have turns: who runs when, and where async.preempt is refused.
local async = require "async"
local more = require "spec.support.more"
local preempting = require "spec.support.preempting"
local support = require "spec.support.init"

local chan, go, preempt, timeout = async.chan, async.go, async.preempt, async.timeout
local compute = preempting.compute
local unpack = table.unpack or unpack

--- Spawns a go block that computes until the time is over, and counts.
local function worker(counts, i, limit)
  counts[i] = 0
  return go(function()
    while os.clock() < limit do
      for _ = 1, 100 do counts[i] = counts[i] + 1 end
    end
    return i
  end)
end

--- Tries `body` again as long as it fails, since other processes may take the processor.
local function in_a_quiet_moment(body)
  local ok, err
  for _ = 1, 6 do
    ok, err = pcall(body)
    async.run()
    if ok then return end
    more.nap(0.2)
  end
  error(err, 0)
end

describe("preempt", function()
  before_each(preempting.settle)
  after_each(preempting.leave)

  it("shares the processor between two that compute, and serves a timeout meanwhile", function()
    preempt(10)
    in_a_quiet_moment(function()
      local counts, served, start = {}, nil, os.clock()
      local limit = start + 1
      go(function()
        async.park_take(timeout(50))
        served = os.clock() - start
      end)
      local results = { worker(counts, 1, limit), worker(counts, 2, limit) }
      async.run()
      assert.equal(1, async.try_take(results[1]))
      assert.equal(2, async.try_take(results[2]))
      local ratio = counts[1] / counts[2]
      assert(ratio > 0.8 and ratio < 1.25, "one did " .. ratio .. " times as much as the other")
      assert(served < 0.075, "served after " .. served)
    end)
  end)

  it("lets a timeout not wait for all of many that compute", function()
    preempt(10)
    in_a_quiet_moment(function()
      local counts, worst, limit = {}, 0, os.clock() + 1
      for i = 1, 8 do worker(counts, i, limit) end
      go(function()
        while os.clock() < limit do
          local start = os.clock()
          async.park_take(timeout(50))
          worst = math.max(worst, os.clock() - start)
        end
      end)
      async.run()
      assert(worst > 0 and worst < 0.085, "served after " .. worst)
      for i = 1, 8 do assert(counts[i] > 0) end
    end)
  end)

  it("lets those that compute have their turn beside those that always are ready", function()
    preempt(5)
    local a, b, hits, counts, limit = chan(), chan(), 0, {}, os.clock() + 0.5
    go(function()
      while async.park_put(a, 1) do async.park_take(b) end
    end)
    go(function()
      while async.park_take(a) do
        hits = hits + 1
        async.park_put(b, 1)
      end
    end)
    local done = worker(counts, 1, limit)
    async.block_take(done)
    async.close(a)
    async.close(b)
    assert.is_true(hits > 1000, tostring(hits))
    assert.is_true(counts[1] > 100000, tostring(counts[1]))
  end)

  it("gives control back to the spawner after one turn, and to a program that computes", function()
    preempt(5)
    local ended = false
    local start = support.now()
    go(function()
      compute(200)
      ended = true
    end)
    assert.is_false(ended)
    assert.is_true(support.now() - start < 150)
    local mine, idle = 0, chan()
    support.busy(3000, function()
      mine = mine + 1
      if jit then async.try_take(idle) end -- its profiler lets no suspended go block go on
      return ended
    end)
    assert.is_true(ended)
    assert.is_true(mine > (jit and 0 or 3), tostring(mine))
  end)

  it("ends step after a turn or two, though it might run more tasks", function()
    preempt(5)
    for _ = 1, 3 do go(compute, 300) end
    local start = support.now()
    assert.is_true(async.step(64) >= 1)
    assert.is_true(support.now() - start < 150)
  end)

  it("is off at first, tells, and answers what was said before", function()
    assert.same({ n = 1 }, more.pack(preempt()))
    assert.same({ n = 1 }, more.pack(preempt(10)))
    assert.equal(10, preempt())
    assert.equal(10, preempt(2.5, "all"))
    assert.equal(2.5, preempt(false))
    assert.same({ n = 1 }, more.pack(preempt()))
    preempt(7)
    assert.equal(7, preempt(nil))
    assert.is_nil((preempt()))
  end)

  it("leaves a go block alone while it is off", function()
    local ended = false
    preempt(1)
    preempt(nil)
    go(function()
      compute(30)
      ended = true
    end)
    assert.is_true(ended)
  end)

  it("holds for one go block alone, until it ends", function()
    local log = {}
    go(function()
      log[#log + 1] = tostring(preempt(2, "this"))
      compute(20)
      log[#log + 1] = tostring(preempt(3, "this"))
      log[#log + 1] = tostring(preempt())
    end)
    assert.same({ "nil" }, log)
    local whole = false
    go(function()
      compute(20)
      whole = true
    end)
    assert.is_true(whole)
    async.run()
    assert.equal(3, #log)
    assert.equal(2, tonumber(log[2]))
    assert.equal("nil", log[3])
  end)

  it("exempts one go block, and takes that back", function()
    preempt(2)
    local ended, answers = false, {}
    go(function()
      answers[1] = preempt(false, "this")
      compute(30)
      ended = true
      answers[2] = preempt(nil, "this")
      compute(30)
      answers[3] = "the end"
    end)
    assert.is_true(ended)
    assert.is_nil(answers[1])
    assert.is_false(answers[2])
    assert.is_nil(answers[3])
    async.run()
    assert.equal("the end", answers[3])
  end)

  it("remembers an exemption across parking, and forgets it with its go block", function()
    preempt(2)
    local gate, ended, weak = chan(), 0, setmetatable({}, { __mode = "k" })
    for _ = 1, 20 do
      go(function()
        weak[coroutine.running()] = true
        preempt(false, "this")
        async.park_take(gate)
        compute(5)
        ended = ended + 1
      end)
    end
    async.put_async(gate, 1)
    async.step(1)
    assert.equal(1, ended)
    async.close(gate)
    async.run()
    assert.equal(20, ended)
    gate = nil -- luacheck: ignore 311
    more.collect()
    assert.is_nil(next(weak))
  end)

  it("can be switched on within a go block that runs already", function()
    local ended = false
    go(function()
      compute(5)
      preempt(2)
      compute(30)
      ended = true
    end)
    assert.is_false(ended)
    async.run()
    assert.is_true(ended)
  end)

  it("does not count what others do meanwhile", function()
    preempt(150)
    local ended = false
    go(function()
      for _ = 1, 4 do
        go(compute, 60)
      end
      ended = true
    end)
    assert.is_true(ended)
  end)

  it("counts what is left when it spawns all the time", function()
    preempt(5)
    local ended = false
    go(function()
      local limit = support.now() + 100
      while support.now() < limit do
        go(function() end)
        for _ = 1, 100 do end -- luacheck: ignore 542
      end
      ended = true
    end)
    assert.is_false(ended)
  end)

  it("is no deadlock for who waits for it", function()
    preempt(1)
    local c = chan()
    go(function()
      compute(20)
      async.park_put(c, "at last")
    end)
    assert.equal("at last", async.block_take(c))
  end)

  it("is refused where a debug hook is set", function()
    local before = { debug.gethook() }
    debug.sethook(function() end, "r")
    local ok, err = pcall(preempt, 10)
    local off = pcall(preempt, nil)
    debug.sethook(unpack(before))
    assert.is_false(ok)
    assert.truthy(err:find("async.preempt: a debug hook is set here", 1, true), err)
    assert.is_true(off)
  end)

  it("suspends nothing where nothing interrupts the program", function()
    preempt(1)
    local before, ended = async.trigger(), false
    async.trigger "none"
    go(function()
      compute(20)
      ended = true
    end)
    async.trigger(before)
    assert.is_true(ended)
  end)

  --- A turn of 5 ms is over soon, whatever the go block has done before, though it goes on for 300 ms.
  local function expect_turn_to_end(before)
    preempt(5)
    local start = support.now()
    local result = go(function()
      before()
      compute(300)
      return "ended"
    end)
    local turn = support.now() - start
    assert.equal("ended", async.block_take(result))
    assert.is_true(turn < 200, tostring(turn))
  end

  it("ends a turn after slow work within", function()
    expect_turn_to_end(function() async.masked(compute, 30) end)
    expect_turn_to_end(function()
      preempt(5, "this")
      async.masked(compute, 30)
    end)
    expect_turn_to_end(function() async.pcall(compute, 30) end)
    expect_turn_to_end(function()
      local slowly = async.xf.map(function(x)
        compute(30)
        return x
      end)
      async.park_put(chan(1, slowly), 1)
    end)
    expect_turn_to_end(function()
      go(function()
        preempt(false, "this")
        compute(30)
      end)
    end)
  end)

  it("ends a turn after step, and after the trigger was changed", function()
    expect_turn_to_end(async.step)
    local before = async.trigger()
    expect_turn_to_end(function()
      async.trigger "none"
      async.trigger(before)
    end)
  end)

  it("lets step and an operation begin no more turns than one or two", function()
    preempt(5)
    local gate, idle = chan(), chan()
    for _ = 1, 30 do
      go(function()
        async.park_take(gate)
        compute(20)
      end)
    end
    async.close(gate)
    local start = support.now()
    async.step(64)
    assert.is_true(support.now() - start < 150)
    if jit then return async.run() end -- what its profiler has woken is not suspended
    local longest, limit = 0, support.now() + 3000
    while async.dispatched() > 0 and support.now() < limit do
      start = support.now()
      async.try_take(idle)
      longest = math.max(longest, support.now() - start)
    end
    assert.is_true(longest < 150, tostring(longest))
    async.run()
  end)

  it("lets a task that interrupts wait for those that are suspended", function()
    preempt(5)
    local result = go(function()
      compute(60)
      return "ended"
    end)
    local got
    async.take_async(timeout(10), function() got = async.block_take(result) end)
    assert.is_true(support.busy(3000, function() return got end) ~= nil)
    assert.equal("ended", got)
  end)

  it("refuses what is no time and no scope", function()
    support.raises("async.preempt: number expected, got string (argument 1)", preempt, "soon")
    support.raises("async.preempt: number expected, got boolean (argument 1)", preempt, true)
    support.raises("async.preempt: number above 0 expected, got 0 (argument 1)", preempt, 0)
    support.raises("async.preempt: number above 0 expected, got -1 (argument 1)", preempt, -1)
    assert.is_false((pcall(preempt, 0 / 0)))
    support.raises("async.preempt: \"all\" or \"this\" expected, got \"that\" (argument 2)", preempt, 10, "that")
    support.raises("async.preempt: \"all\" or \"this\" expected, got number (argument 2)", preempt, 10, 5)
    support.raises("async.preempt: not in a go block", preempt, 10, "this")
    local co = coroutine.wrap(function() return pcall(preempt, 10, "this") end)
    assert.is_false((co()))
    assert.is_nil((preempt()))
  end)
end)
