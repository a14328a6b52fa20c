-- Work that takes long without parking: async.on_slow.
local async = require "async"
local can = require "spec.support.can"
local raw = require "spec.support.raw"
local more = require "spec.support.more"
local support = require "spec.support.init"

-- Above what LuaJIT's profiler needs to notice.
local LIMIT, LONG = 20, 60

local function compute(ms)
  local limit = support.now() + ms
  while support.now() < limit do end -- luacheck: ignore 542
end

--- Computes in a function whose name is to be in the traceback.
local function slow_place(ms)
  compute(ms)
  return true
end

--- The line of the caller.
local function here() return debug.getinfo(2, "l").currentline end

describe("on_slow", function()
  local reports, times

  before_each(function()
    async.run()
    more.collect()
    reports, times = {}, {}
    async.on_slow(LIMIT, function(report, ms)
      reports[#reports + 1] = report
      times[#times + 1] = ms
    end)
  end)
  after_each(function()
    async.on_slow()
    async.run()
  end)

  --- The one report: it begins with the text, which may have a place in it, and has the other parts.
  local function expect(begins, ...)
    assert.equal(1, #reports, table.concat(reports, "\n"))
    local report = reports[1]
    assert.equal(begins, report:sub(1, #begins))
    for _, part in ipairs { ... } do assert.truthy(report:find(part, 1, true), report) end
    assert.equal("number", type(times[1]))
    assert.is_true(times[1] > LIMIT and times[1] < 1000, tostring(times[1]))
  end

  it("tells of a go block with the line where it was spawned, and where it is", function()
    local line = here() + 1
    async.go(function()
      slow_place(LONG)
    end)
    expect("async: a go block spawned at spec/slow_spec.lua:" .. line .. " has run for ", " ms without parking",
      "stack traceback", "slow_place")
  end)

  it("tells so of one that parked before", function()
    local c, line = async.chan(), here() + 1
    async.go(function()
      async.park_take(c)
      slow_place(LONG)
    end)
    async.put_async(c, 1)
    async.run()
    expect("async: a go block spawned at spec/slow_spec.lua:" .. line .. " has run for ", "slow_place")
  end)

  it("tells while it still runs, and once for each slice", function()
    local told_before_the_end
    local c = async.chan()
    async.go(function()
      slow_place(3 * LONG)
      told_before_the_end = #reports
      async.park_take(c)
      slow_place(LONG)
    end)
    assert.equal(1, told_before_the_end)
    async.put_async(c, 1)
    async.run()
    assert.equal(2, #reports)
    assert.is_true(times[1] < 3 * LONG)
  end)

  it("tells of a callback with the place of its function", function()
    local c, line = async.chan(), here() + 1
    async.take_async(c, function()
      slow_place(LONG)
    end)
    async.put_async(c, 1)
    async.run()
    expect("async: a callback defined at spec/slow_spec.lua:" .. line .. " has run for ", "slow_place")
  end)

  it("tells of a transducer's step, with the place of the time when it took too long", function()
    local c = async.chan(1, async.xf.map(function(value)
      slow_place(LONG)
      return value
    end))
    async.put_async(c, 1)
    expect("async: a transducer's step defined at ", " ran for ", "slow_place")
    assert.is_true(times[1] >= LONG)
  end)

  it("tells of a step within a go block as such, not of the go block", function()
    local c = async.chan(1, async.xf.map(function(ms)
      slow_place(ms)
      return ms
    end))
    async.go(function() async.park_put(c, LONG) end)
    expect("async: a transducer's step", "slow_place")
  end)

  it("tells of a coroutine of the program's own that the library resumes", function()
    local c = async.chan()
    local co = coroutine.create(function()
      async.park_take(c)
      slow_place(LONG)
    end)
    coroutine.resume(co)
    async.put_async(c, 1)
    async.run()
    expect("async: a coroutine has run for ", "slow_place")
  end)

  --- Other processes may take the processor for a while: so that they are not taken for us.
  local function be_patient() async.on_slow(150, (select(2, async.on_slow()))) end

  it("does not tell of what is quick, parks often, or waits", function()
    be_patient()
    async.go(function()
      for _ = 1, 10 do
        compute(20)
        async.park_take(async.timeout(1))
      end
    end)
    async.run()
    local waited = 0
    async.take_async(async.timeout(1), function()
      async.block_take(async.timeout(200))
      waited = waited + 1
    end)
    async.go(function()
      async.park_take(async.timeout(200))
      waited = waited + 1
    end)
    async.run()
    assert.equal(2, waited)
    assert.same({}, reports)
  end)

  it("does not count what others take meanwhile", function()
    be_patient()
    async.go(function()
      for _ = 1, 3 do
        async.go(function() compute(60) end)
      end
    end)
    assert.same({}, reports)
    async.take_async(async.timeout(1), function()
      async.go(function() compute(180) end)
    end)
    async.run()
    expect "async: a go block spawned at "
  end)

  it("tells of one that fails too, and of the error", function()
    local errors = more.reported(function()
      async.go(function()
        slow_place(LONG)
        error "failed"
      end)
    end)
    expect("async: a go block", "slow_place")
    assert.equal(1, #errors)
  end)

  it("is off at first, and answers what was set before", function()
    local handler = function() end
    async.on_slow()
    assert.same({ n = 2 }, more.pack(async.on_slow(5, handler)))
    assert.same({ n = 2, 5, handler }, more.pack(async.on_slow(7.5)))
    assert.same({ n = 2, 7.5, nil }, more.pack(async.on_slow(nil)))
    assert.same({ n = 2 }, more.pack(async.on_slow()))
    async.go(function() compute(LONG) end)
    assert.same({}, reports)
  end)

  it("tells standard error without a handler", function()
    local lines = support.child [[
      local async = require "async"
      async.on_slow(10)
      async.go(function()
        local limit = os.clock() + 0.05
        while os.clock() < limit do end
      end)
    ]]
    assert.truthy(table.concat(lines, "\n"):find("async: a go block spawned at", 1, true), table.concat(lines, "\n"))
  end)

  it("gives an error of its handler to the error handler, and the work goes on", function()
    local finished
    async.on_slow(LIMIT, function() error "no handler" end)
    local errors = more.reported(function()
      async.go(function()
        slow_place(LONG)
        finished = true
      end)
    end)
    assert.is_true(finished)
    assert.equal(1, #errors)
    assert.truthy(tostring(errors[1].report or errors[1][1] or errors[1]):find("no handler", 1, true))
  end)

  it("lets its handler use what does not wait, and nothing that does", function()
    local c, ok, err = async.chan(1), nil, nil
    async.on_slow(LIMIT, function(report)
      async.try_put(c, report)
      async.go(function() async.park_take(c) end)
      ok, err = pcall(async.park_take, async.chan())
    end)
    async.go(function() slow_place(LONG) end)
    assert.is_false(ok)
    assert.equal("string", type(err))
    assert.is_nil(async.try_take(c))
  end)

  it("can be switched on and off within the work", function()
    async.on_slow()
    async.go(function()
      async.on_slow(LIMIT, function(report) reports[#reports + 1] = report end)
      compute(LONG)
      async.go(function() async.on_slow() end)
      compute(LONG)
    end)
    assert.same({}, reports)
  end)

  it("keeps nothing alive", function()
    local weak = setmetatable({}, { __mode = "k" })
    weak[async.go(function() slow_place(LONG) end)] = true
    assert.equal(1, #reports)
    more.collect()
    assert.is_nil(next(weak))
  end)

  it("works deep within each other", function()
    local function nest(n)
      if n > 0 then
        async.go(nest, n - 1)
      else
        slow_place(LONG)
      end
    end
    nest(60)
    assert.equal(1, #reports)
    assert.truthy(reports[1]:find("slow_place", 1, true), reports[1])
  end)

  it("tells at the end, without the place, where nothing interrupts the program", function()
    local before = async.trigger()
    async.trigger "none"
    async.go(function() slow_place(LONG) end)
    async.trigger(before)
    expect("async: a go block spawned at ", " ran for ")
    assert.is_nil(reports[1]:find("slow_place", 1, true))
  end)

  it("refuses what is no time and no function", function()
    support.raises("async.on_slow (on-slow): number expected, got string (argument 1)", async.on_slow, "soon")
    support.raises("async.on_slow (on-slow): number above 0 expected, got 0 (argument 1)", async.on_slow, 0)
    support.raises("number above 0 expected, got -1 (argument 1)", async.on_slow, -1)
    support.raises("number expected, got nil (argument 1)", async.on_slow, nil, print)
    support.raises("function expected, got number (argument 2)", async.on_slow, 5, 5)
    assert.is_false((pcall(async.on_slow, 0 / 0)))
  end)

  if can.hook then
    local before = async.trigger()
    after_each(function() async.trigger(before) end)

    for _, name in ipairs(can.alarm and { "count", "alarm" } or { "count" }) do
      --- The function gets another that works slowly, and says whether that was told of meanwhile.
      local function expect_in_time(body)
        local in_time
        async.go(body, function()
          slow_place(LONG)
          in_time = #reports == 1
        end)
        expect("async: a go block spawned at ", " has run for ", "slow_place")
        assert.is_true(in_time)
      end

      it("tells of work within async.pcall while it runs, with " .. name, function()
        async.trigger(name)
        expect_in_time(function(work) async.pcall(work) end)
      end)

      it("tells of work after an async.pcall that has chosen the trigger " .. name, function()
        async.trigger "none"
        expect_in_time(function(work)
          async.pcall(async.trigger, name)
          work()
        end)
      end)
    end

    it("leaves no hook behind", function()
      async.trigger "count"
      async.go(function()
        assert.is_not_nil((raw.gethook()))
        compute(LONG)
      end)
      assert.is_nil((raw.gethook()))
      local c = async.chan()
      async.take_async(c, function() compute(LONG) end)
      async.put_async(c, 1)
      async.run()
      assert.is_nil((raw.gethook()))
      assert.equal(2, #reports)
    end)
  end
end)
