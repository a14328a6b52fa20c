-- async.preempt beside what else the library does, and beside hooks and coroutines of the program's own.
local async = require "async"
local more = require "spec.support.more"
local preempting = require "spec.support.preempting"
local raw = require "spec.support.raw"

local chan, go, preempt = async.chan, async.go, async.preempt
local compute, SHORTEST = preempting.compute, preempting.SHORTEST

describe("preempt beside others", function()
  before_each(preempting.settle)
  after_each(preempting.leave)

  it("brings results and errors as ever", function()
    preempt(1)
    local result = go(function()
      compute(10)
      return "value"
    end)
    assert.equal("value", async.block_take(result))
    local line = debug.getinfo(1, "l").currentline + 2
    local errors = more.reported(function()
      go(function()
        compute(10)
        error "went wrong"
      end)
      async.run()
    end)
    assert.equal(1, #errors)
    local report = errors[1].report
    assert.truthy(report:find("went wrong", 1, true), report)
    assert.truthy(report:find("stack traceback", 1, true), report)
    assert.truthy(report:find("spawned at spec/preempt_beside_spec.lua:" .. line, 1, true), report)
  end)

  it("goes on being ready for operations of all kinds between turns", function()
    preempt(SHORTEST)
    local from, to, got = chan(), chan(3), {}
    local sum = go(function()
      local n, value = 0, async.park_take(from)
      while value do
        n = n + value
        async.park_put(to, n)
        value = async.park_take(from)
      end
      return n
    end)
    go(function()
      for i = 1, 100 do async.park_put(from, i) end
      async.close(from)
    end)
    for i = 1, 100 do got[i] = async.block_take(to) end
    assert.equal(5050, async.block_take(sum))
    assert.equal(5050, got[100])
  end)

  it("never suspends a generator within: its numbers come in order", function()
    preempt(SHORTEST)
    local function numbers(n)
      return coroutine.wrap(function()
        for i = 1, n do
          local x = 0
          for k = 1, jit and 50000 or 5000 do x = x + k end
          coroutine.yield(i)
        end
      end)
    end
    local turns = async.run()
    local results = {}
    for k = 1, 3 do
      results[k] = go(function()
        local last = 0
        for i in numbers(500) do
          if i ~= last + 1 then error(i .. " after " .. last) end
          last = i
        end
        return last
      end)
    end
    turns = async.run() - turns
    for k = 1, 3 do assert.equal(500, async.try_take(results[k])) end
    -- On LuaJIT a go block is suspended only if a tick meets it outside of the generator.
    assert.truthy(jit or turns > 3, tostring(turns))
  end)

  it("spares a go block in async.masked", function()
    preempt(2)
    local log = {}
    go(function()
      async.masked(function()
        compute(30)
        log[1] = "masked is over"
      end)
      compute(60) -- longer than the processor is away for others, so that a tick finds it
      log[2] = "over"
    end)
    assert.same({ "masked is over" }, log)
    async.run()
    assert.same({ "masked is over", "over" }, log)
  end)

  it("spares a transducer's step, and keeps what go blocks share whole in async.masked", function()
    preempt(SHORTEST)
    local c = chan(10, async.xf.map(function(v)
      local n = 0
      for _ = 1, 100 do n = n + v end
      return n
    end))
    local shared, limit = 0, 200
    for _ = 1, 4 do
      go(function()
        for i = 1, limit do
          async.masked(function() shared = shared + 1 end)
          if i % 20 == 0 then async.park_put(c, i) end
        end
      end)
    end
    local seen = 0
    for _ = 1, 40 do seen = seen + async.block_take(c) end
    async.run()
    assert.equal(4 * limit, shared)
    assert.equal(4 * 100 * (20 + 200) * 5, seen)
  end)

  it("works beside on_slow, which tells of what is not suspended", function()
    local reports = {}
    preempt(5)
    async.on_slow(60, function(report) reports[#reports + 1] = report end)
    local ended = false
    go(function()
      for _ = 1, 10 do compute(20) end
      ended = true
    end)
    async.run()
    assert.is_true(ended)
    assert.same({}, reports)
    go(function() async.masked(compute, 100) end)
    async.on_slow()
    assert.equal(1, #reports)
  end)

  describe("with a go block for which something else was said", function()
    after_each(function() async.on_slow() end)

    --- Spawns one that waits at `gate`, and computes when that is closed.
    local function excepted(gate, seen, quantum)
      go(function()
        seen[coroutine.running()] = true
        preempt(quantum, "this")
        async.park_take(gate)
        compute(60)
        seen.ended = true
      end)
    end

    --- Does the library measure how long go blocks take? Only of one that is measured
    --- from its beginning it is known at its end, if nobody asked for that before.
    local function are_measured()
      local told = 0
      go(function()
        async.on_slow(1e-6, function(report)
          if report:find("a go block", 1, true) then told = told + 1 end
        end)
        compute(1)
      end)
      async.on_slow()
      return told > 0
    end

    local function collect(seen)
      more.collect()
      assert.is_nil(next(seen))
      go(function() end) -- as it begins, it is seen that those are gone
    end

    it("costs nothing any more after that was collected", function()
      assert.is_false(are_measured())
      for _, quantum in ipairs { 5, false } do
        local gate, seen = chan(), setmetatable({}, { __mode = "k" })
        for _ = 1, 3 do excepted(gate, seen, quantum) end
        assert.is_true(are_measured())
        gate = nil -- luacheck: ignore 311
        collect(seen)
        assert.is_false(are_measured())
      end
    end)

    it("holds to that as long as it lives, though another was collected", function()
      local gate, lost = chan(), chan()
      local seen, gone = {}, setmetatable({}, { __mode = "k" })
      excepted(gate, seen, 2)
      excepted(lost, gone, 2)
      lost = nil -- luacheck: ignore 311
      collect(gone)
      assert.is_true(are_measured())
      async.close(gate)
      async.step(1)
      assert.is_nil(seen.ended)
      async.run()
      assert.is_true(seen.ended)
      go(function() end)
      assert.is_false(are_measured())
    end)
  end)

  it("works with coroutines that are tracked, which it never suspends", function()
    preempt(SHORTEST)
    if not async.track_coroutines() then return async.track_coroutines(false) end
    local result = go(function()
      local last = 0
      for i in coroutine.wrap(function()
        for i = 1, 300 do
          for _ = 1, 30 do end -- luacheck: ignore 542
          coroutine.yield(i)
        end
      end) do
        assert(i == last + 1)
        last = i
      end
      return last
    end)
    local got = async.block_take(result)
    async.track_coroutines(false)
    assert.equal(300, got)
  end)

  it("never suspends a go block with a debug hook of its own, which sees all", function()
    preempt(2)
    local lines, ended = 0, false
    go(function()
      debug.sethook(function() lines = lines + 1 end, "l")
      compute(20)
      ended = true
      debug.sethook()
    end)
    assert.is_true(ended)
    assert.truthy(jit or lines > 100) -- compiled code calls no hook
    ended = false
    go(function()
      debug.sethook(function() end, "", 1000)
      compute(20)
      ended = true
      debug.sethook()
    end)
    assert.is_true(ended)
  end)

  it("loses nobody among pairs that meet again and again, however often garbage is collected", function()
    local function collect_at(percent)
      return pcall(collectgarbage, "setpause", percent) or collectgarbage("param", "pause", percent)
    end
    preempting.at_last(function() collect_at(200) end)
    collect_at(30)
    -- The count hook comes so often that a go block of the shortest turns gets nowhere.
    preempt(async.trigger() == "count" and 1 or SHORTEST)
    local sums = {}
    for i = 1, 20 do
      sums[i] = go(function()
        local sum = 0
        for _ = 1, 100 do
          local ch = chan(3)
          go(function()
            for v = 1, 20 do
              async.park_put(ch, v)
              for _ = 1, 300 do end
            end
            async.close(ch)
          end)
          local value = async.park_take(ch)
          while value do
            sum, value = sum + value, async.park_take(ch)
          end
        end
        return sum
      end)
    end
    for i = 1, 20 do assert.equal(100 * 210, async.block_take(sums[i])) end
  end)

  it("takes its hook off a go block that has this said", function()
    preempt(2)
    local hooks, before = {}, async.trigger()
    if not jit then async.trigger "count" end
    go(function()
      preempt(100)
      hooks[1] = raw.gethook() ~= nil
      async.trigger "none"
      compute(20)
      hooks[2] = raw.gethook() ~= nil
      async.trigger(before)
    end)
    assert.same({ not jit, false }, hooks)
  end)

  it("leaves no hook behind", function()
    preempt(2)
    go(compute, 20)
    async.run()
    assert.is_nil((raw.gethook()))
  end)
end)
