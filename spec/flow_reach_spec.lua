-- Combinators keep nothing alive that nobody can reach, and leave nothing behind when they end.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"
local x = require "spec.support.xforms"

local chan, close, to_chan = async.chan, async.close, async.to_chan

local function same(value) return value end

local function feed(value, result)
  async.put_async(result, value)
  close(result)
end

--- Each builds its combinator over `from` and returns what comes out: a list of channels.
local COMBINATORS = {
  pipe = function(from) return { async.pipe(from, chan()) } end,
  pipeline = function(from)
    local to = chan()
    async.pipeline(3, to, x.id, from)
    return { to }
  end,
  pipeline_unordered = function(from)
    local to = chan()
    async.pipeline_unordered(3, to, x.id, from)
    return { to }
  end,
  pipeline_async = function(from)
    local to = chan()
    async.pipeline_async(3, to, feed, from)
    return { to }
  end,
  pipeline_async_unordered = function(from)
    local to = chan()
    async.pipeline_async_unordered(3, to, feed, from)
    return { to }
  end,
  split = function(from) return async.split(same, from) end,
  reduce = function(from) return { async.reduce(function(_, value) return value end, 0, from) } end,
  transduce = function(from) return { async.transduce(x.id, function(_, value) return value end, 0, from) } end,
  into = function(from) return { async.into({}, from) } end,
  map = function(from) return { async.map(same, { from, to_chan { 1, 2, 3, 4 } }) } end,
  merge = function(from) return { async.merge { from, chan() } } end,
  take = function(from) return { async.take(100, from) } end,
  unique = function(from) return { async.unique(from) } end,
  partition = function(from) return { async.partition(2, from) } end,
  ["partition-by"] = function(from) return { async.partition_by(same, from) } end,
  ["mapcat<"] = function(from) return { async.mapcat_take(function(v) return { v } end, from) } end,
  ["filter<"] = function(from) return { async.filter_take(same, from) } end,
  multiplex = function(from) return { async.multiplex(from) } end,
}

--- Builds one hundred in a function of its own, so that nothing stays on this stack. With
--- `values`, something waits to be taken out of each.
local function build(make, values, alive)
  for i = 1, 100 do
    local from = chan()
    alive[from] = true
    for _, out in ipairs(make(from)) do alive[out] = true end
    for n = 1, values do async.put_async(from, i + n) end
  end
  more.settle()
end

local function count(alive)
  local n = 0
  for _ in pairs(alive) do n = n + 1 end
  return n
end

describe("a combinator that nobody can reach", function()
  for name, make in pairs(COMBINATORS) do
    for _, values in ipairs { 0, 20 } do
      it(("is collected: %s with %d values on their way"):format(name, values), function()
        local before = more.parked()
        local alive = setmetatable({}, { __mode = "k" })
        collectgarbage "stop" -- else those that were built first may be gone already
        build(make, values, alive)
        local built = count(alive)
        collectgarbage "restart"
        assert.is_true(built >= 200)
        for _ = 1, 4 do more.collect() end
        -- A register of the caller may still hold the last one.
        assert.is_true(count(alive) <= 4, count(alive) .. " channels are alive")
        assert.is_true(async.stats().parked - before <= 40)
      end)
    end
  end

  it("but stays while one end is held", function()
    local from = chan()
    local to = async.pipe(from, chan())
    more.collect()
    async.put_async(from, 1)
    from = nil -- luacheck: ignore 311
    more.collect()
    assert.equal(1, async.block_take(to))
  end)
end)

describe("a combinator that has ended", function()
  for name, make in pairs(COMBINATORS) do
    if name ~= "merge" then
      it("leaves no task and nothing parked: " .. name, function()
        local before = more.parked()
        local from = chan()
        local outs = make(from)
        async.onto_chan(from, { 1, 2, 3 })
        for _, out in ipairs(outs) do
          async.go(function() support.drain(out) end)
        end
        more.settle()
        for _, out in ipairs(outs) do assert.is_true(out.closed) end
        assert.equal(0, async.dispatched())
        assert.equal(before, async.stats().parked)
      end)
    end
  end

  it("leaves no task and nothing parked: merge", function()
    local before = more.parked()
    local out = async.merge { to_chan { 1, 2 }, to_chan { 3 } }
    assert.equal(3, #support.drain(out))
    more.settle()
    assert.equal(before, async.stats().parked)
  end)

  it("leaves nothing parked when its end was closed and one more value came", function()
    local names = { "pipe", "take", "pipeline", "pipeline_async", "pipeline_unordered", "pipeline_async_unordered" }
    for _, name in ipairs(names) do
      local before = more.parked()
      local from = chan(1)
      local out = COMBINATORS[name](from)[1]
      close(out)
      for _ = 1, 5 do
        async.try_put(from, 1)
        more.settle()
      end
      assert.equal(before, async.stats().parked, name)
    end
  end)
end)
