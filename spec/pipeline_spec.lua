-- The pipelines: order, how many jobs at a time, what an error does, how they end.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"
local x = require "spec.support.xforms"

local chan, close, put_async, to_chan = async.chan, async.close, async.put_async, async.to_chan
local block_take, drain, raises = async.block_take, support.drain, support.raises

local function numbers(first, last)
  local list = {}
  for i = first, last do list[#list + 1] = i end
  return list
end

local function identity(value, result)
  async.put_async(result, value, function() close(result) end)
end

--- value, 0 to value - 1, from a go block of its own.
local function multiplier(value, result)
  async.go(function()
    for i = 0, value - 1 do async.put(result, i) end
    close(result)
  end)
end

--- A job that takes `ms(value)` milliseconds, and a count of those that run.
local function sleeper(ms)
  local count = { now = 0, most = 0 }
  return function(value, result)
    count.now = count.now + 1
    count.most = math.max(count.most, count.now)
    async.go(function()
      async.take(async.timeout(ms(value)))
      async.put(result, value)
      count.now = count.now - 1
      close(result)
    end)
  end, count
end

local ALL = {
  "pipeline", "pipeline_blocking", "pipeline_unordered", "pipeline_async", "pipeline_async_unordered",
}

local function is_async(name) return name:find "async" ~= nil end

--- Runs `name` over the list with the identity of its kind.
local function run(name, n, to, from, ...)
  return async[name](n, to, is_async(name) and identity or x.id, from, ...)
end

describe("pipelines", function()
  for _, name in ipairs { "pipeline", "pipeline_blocking", "pipeline_async" } do
    it("103: " .. name .. " keeps values and their order", function()
      for _, case in ipairs { { 1, 0 }, { 1, 10 }, { 10, 10 }, { 20, 10 }, { 5, 1000 } } do
        local to, list = chan(), numbers(1, case[2])
        run(name, case[1], to, to_chan(list))
        assert.same(list, drain(to))
      end
    end)
  end

  for _, name in ipairs { "pipeline_unordered", "pipeline_async_unordered" } do
    it(name .. " keeps values", function()
      for _, case in ipairs { { 1, 0 }, { 1, 10 }, { 10, 10 }, { 20, 10 }, { 5, 1000 } } do
        local to, list = chan(), numbers(1, case[2])
        run(name, case[1], to, to_chan(list))
        local got = drain(to)
        table.sort(got)
        assert.same(list, got)
      end
    end)
  end

  for _, name in ipairs(ALL) do
    it("104: " .. name .. " closes to, unless close? is false or a nil that is given", function()
      local to = chan()
      run(name, 2, to, to_chan { 1 })
      assert.same({ 1 }, drain(to))
      run(name, 2, chan(), to_chan { 1 }, true)
      for _, closing in ipairs { { false }, {} } do
        to = chan()
        run(name, 2, to, to_chan { 1 }, closing[1])
        assert.equal(1, block_take(to))
        more.settle()
        put_async(to, "more")
        assert.equal("more", block_take(to))
        assert.is_false(to.closed)
      end
    end)

    it("109: " .. name .. " wants at least one job at a time", function()
      for _, n in ipairs { 0, -1, 1.5, "2", 1 / 0 } do
        raises("whole number of at least 1 expected", async[name], n, chan(), x.id, chan())
      end
      raises("async." .. name, async[name], 0, chan(), x.id, chan())
    end)

    it("109: " .. name .. " stops consuming from when to is closed", function()
      local from, to, started = chan(), chan(), 0
      local answers, note = more.recorder()
      for i = 1, 100 do put_async(from, i, note) end
      close(to)
      local f = is_async(name) and function(value, result)
        started = started + 1
        identity(value, result)
      end or x.map(function(value)
        started = started + 1
        return value
      end)
      local done = async[name](3, to, f, from)
      assert.is_nil(block_take(done))
      more.settle()
      assert.is_true(answers.n <= 7, answers.n .. " values were taken")
      assert.is_true(started <= 7)
      assert.equal(answers.n + 1, block_take(from))
    end)

    it(name .. " gives a channel that closes when all is delivered", function()
      local to, got = chan(), {}
      local done = run(name, 2, to, to_chan { 1, 2, 3 })
      async.go(function()
        support.each(to, function(value) got[#got + 1] = value end)
      end)
      assert.is_nil(block_take(done))
      more.settle()
      assert.equal(3, #got)
    end)

    it(name .. " carries false", function()
      local to = chan()
      run(name, 2, to, to_chan { false, false })
      assert.same({ false, false }, drain(to))
    end)

    it(name .. " names itself and what is wrong", function()
      local async_name = "async." .. name
      raises(async_name, async[name], 1, nil, x.id, chan())
      raises("channel expected, got nil (argument 2)", async[name], 1, nil, x.id, chan())
      raises("function expected, got nil (argument 3)", async[name], 1, chan(), nil, chan())
      raises("channel expected, got nil (argument 4)", async[name], 1, chan(), x.id)
      raises("function expected, got number (argument 6)", async[name], 1, chan(), x.id, chan(), true, 5)
    end)
  end
end)

describe("a pipeline with a transducer", function()
  local function fail_at_3(value)
    if value == 3 then error "three" end
    return value
  end

  it("105: gives what the ex-handler makes of an error", function()
    for _, name in ipairs { "pipeline", "pipeline_blocking" } do
      local to = chan()
      async[name](3, to, x.map(fail_at_3), to_chan { 1, 2, 3, 4 }, true, function() return "err" end)
      assert.same({ 1, 2, "err", 4 }, drain(to))
    end
  end)

  it("drops a value whose error the ex-handler makes nil of, and one without a handler with a report", function()
    for _, handler in ipairs { function() end, false } do
      local to = chan()
      local errors = more.reported(function()
        async.pipeline(3, to, x.map(fail_at_3), to_chan { 1, 2, 3, 4 }, true, handler or nil)
        assert.same({ 1, 2, 4 }, drain(to))
      end)
      assert.equal(handler and 0 or 1, #errors)
      if not handler then assert.truthy(errors[1].report:find "three.*traceback.*pipeline_spec") end
    end
  end)

  it("goes on when the ex-handler fails too, which is reported", function()
    local to = chan()
    local errors = more.reported(function()
      async.pipeline_unordered(1, to, x.map(fail_at_3), to_chan { 2, 3, 4 }, true, function() error "worse" end)
      assert.same({ 2, 4 }, drain(to))
    end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("worse", 1, true))
  end)

  it("gives the error to the ex-handler unchanged", function()
    local to, thrown = chan(), { code = 7 }
    async.pipeline(1, to, x.map(function() error(thrown, 0) end), to_chan { 1 }, true, function(err) return { err } end)
    assert.equal(thrown, block_take(to)[1])
  end)

  it("applies it to each value alone, to its completion", function()
    local to = chan()
    async.pipeline(2, to, x.pall2, to_chan { 1, 2, 3 })
    assert.same({ { 1 }, { 2 }, { 3 } }, drain(to))
    to = chan()
    async.pipeline(2, to, x.tk2, to_chan { 1, 2, 3, 4, 5 })
    assert.same({ 1, 2, 3, 4, 5 }, drain(to))
  end)

  it("gives all that comes of a value, in order, also before an error", function()
    local to = chan()
    async.pipeline(2, to, x.cat, to_chan { { 1, 2 }, {}, { 3, 4, 5 } })
    assert.same({ 1, 2, 3, 4, 5 }, drain(to))
    to = chan()
    local function chain(rf) return x.cat(x.map(fail_at_3)(rf)) end
    async.pipeline(2, to, chain, to_chan { { 1, 2, 3, 4 }, { 5 } }, true, function() return "err" end)
    assert.same({ 1, 2, "err", 5 }, drain(to))
  end)

  it("may park in its functions, n at a time, in order", function()
    local now, most, to = 0, 0, chan()
    local function slow(value)
      now = now + 1
      most = math.max(most, now)
      async.take(async.timeout(value % 3 == 0 and 20 or 1))
      now = now - 1
      return value
    end
    async.pipeline(4, to, x.map(slow), to_chan(numbers(1, 12)))
    assert.same(numbers(1, 12), drain(to))
    assert.equal(4, most)
  end)

  it("refuses nil from a step as a channel does", function()
    local to = chan()
    local errors = more.reported(function()
      async.pipeline(1, to, x.map(function() return nil end), to_chan { 1 })
      assert.same({}, drain(to))
    end)
    assert.equal(1, #errors)
    assert.truthy(errors[1].report:find("cannot carry nil", 1, true))
  end)
end)

describe("a pipeline with a function that feeds a channel", function()
  it("106: gives all values of each job, in order", function()
    local to = chan()
    async.pipeline_async(2, to, multiplier, to_chan { 1, 2, 3, 4 })
    assert.same({ 0, 0, 1, 0, 1, 2, 0, 1, 2, 3 }, drain(to))
  end)

  it("107: never runs more than 3, and keeps the order", function()
    local to = chan()
    local f, count = sleeper(function() return 10 end)
    async.pipeline_async(3, to, f, to_chan(numbers(1, 30)))
    assert.same(numbers(1, 30), drain(to))
    assert.equal(3, count.most)
  end)

  it("runs n also while the oldest job takes long", function()
    local f, count = sleeper(function(value) return value == 1 and 100 or 1 end)
    local to, done_early = chan(), 0
    local function counting(value, result)
      if value > 3 and count.now > 0 then done_early = done_early + 1 end
      f(value, result)
    end
    async.pipeline_async(3, to, counting, to_chan(numbers(1, 6)))
    assert.same(numbers(1, 6), drain(to))
    assert.is_true(done_early > 0)
    assert.is_true(count.most <= 3)
  end)

  it("108: unordered gives the earliest first, and closes once", function()
    local to = chan()
    local f = sleeper(function(value) return ({ 60, 20, 40 })[value] end)
    async.pipeline_async_unordered(3, to, f, to_chan { 1, 2, 3 })
    assert.same({ 2, 3, 1 }, drain(to))
    assert.is_true(to.closed)
  end)

  it("108: unordered does not close while a job runs", function()
    local from, to, results = chan(), chan(), {}
    async.pipeline_async_unordered(3, to, function(value, result) results[value] = result end, from)
    for i = 1, 3 do put_async(from, i) end
    more.settle()
    close(from)
    for i = 3, 1, -1 do
      assert.is_false(to.closed)
      put_async(results[i], i)
      assert.equal(i, block_take(to))
      close(results[i])
      more.settle()
    end
    assert.is_true(to.closed)
  end)

  it("lets a job park itself, and put more than one value before it returns", function()
    for _, name in ipairs { "pipeline_async", "pipeline_async_unordered" } do
      local to = chan()
      async[name](1, to, function(value, result)
        async.take(async.timeout(1))
        for i = 1, 5 do async.put(result, value * 10 + i) end
        close(result)
      end, to_chan { 1, 2 })
      assert.same({ 11, 12, 13, 14, 15, 21, 22, 23, 24, 25 }, drain(to))
    end
  end)

  it("reports an error with its traceback and goes on, before and after a park", function()
    for _, name in ipairs { "pipeline_async", "pipeline_async_unordered" } do
      for _, parks in ipairs { false, true } do
        local to = chan()
        local function innermost() error "no job" end
        local errors = more.reported(function()
          async[name](2, to, function(value, result)
            if parks then async.take(async.timeout(1)) end
            if value == 2 then innermost() end
            identity(value, result)
          end, to_chan { 1, 2, 3 })
          assert.same({ 1, 3 }, drain(to))
        end)
        assert.equal(1, #errors)
        assert.truthy(errors[1].report:find "no job.*traceback.*innermost")
      end
    end
  end)

  it("tells the jobs that run when to closes: their puts are refused", function()
    for _, name in ipairs { "pipeline_async", "pipeline_async_unordered" } do
      local to, refused = chan(), 0
      local done = async[name](3, to, function(_, result)
        async.go(function()
          while async.put(result, 1) do async.take(async.timeout(0)) end
          refused = refused + 1
        end)
      end, to_chan(numbers(1, 50)))
      assert.equal(1, block_take(to))
      close(to)
      drain(to) -- a put that waited already is still delivered
      assert.is_nil(block_take(done))
      more.wait_for(function() return refused >= 3 end)
      assert.is_true(refused <= 4)
    end
  end)
end)
