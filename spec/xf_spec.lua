-- The transducer library: each transducer by example, on channels and on lists,
-- and random chains against naive loops.
local async = require "async"
local more = require "spec.support.more"
local random = require "spec.support.xf_random"
local support = require "spec.support.init"
local user = require "spec.support.xforms"

local xf = async.xf
local drain, through, notebook = support.drain, user.through, user.notebook
local sequence = xf.sequence

local function odd(value) return value % 2 == 1 end
local function double(value) return value * 2 end
local function small(value) return value < 3 end
local function add(a, b) return a + b end

-- Name, transducer, input, output.
local examples = {
  { "map", xf.map(double), { 1, 2, 3 }, { 2, 4, 6 } },
  { "map gives only the first result on", xf.map(function(v) return v, "more" end), { 1, 2 }, { 1, 2 } },
  { "filter", xf.filter(odd), { 1, 2, 3 }, { 1, 3 } },
  { "remove", xf.remove(odd), { 1, 2, 3, 4 }, { 2, 4 } },
  { "keep", xf.keep(function(v) if v ~= 2 then return v == 3 end end), { 1, 2, 3 }, { false, true } },
  { "cat", xf.cat, { { 1, false }, {}, { 3 } }, { 1, false, 3 } },
  { "mapcat", xf.mapcat(function(v) return { v, -v } end), { 1, 2 }, { 1, -1, 2, -2 } },
  { "take", xf.take(2), { false, 2, 3 }, { false, 2 } },
  { "take of nothing", xf.take(0), { 1, 2 }, {} },
  { "take of more than there is", xf.take(5), { 1, 2 }, { 1, 2 } },
  { "take_while", xf.take_while(small), { 1, 2, 3, 1 }, { 1, 2 } },
  { "drop", xf.drop(2), { 1, 2, 3, false }, { 3, false } },
  { "drop of nothing", xf.drop(0), { 1, 2 }, { 1, 2 } },
  { "drop_while", xf.drop_while(small), { 1, 2, 3, 1 }, { 3, 1 } },
  { "take_nth", xf.take_nth(3), { 1, 2, 3, 4, 5, 6, 7 }, { 1, 4, 7 } },
  { "partition_all", xf.partition_all(2), { 1, false, 3 }, { { 1, false }, { 3 } } },
  { "partition_by", xf.partition_by(odd), { 1, 3, 2, 5 }, { { 1, 3 }, { 2 }, { 5 } } },
  { "partition_by with keys nil and false", xf.partition_by(function(v) if v > 2 then return false end end),
    { 1, 2, 3, 4, 1 }, { { 1, 2 }, { 3, 4 }, { 1 } } },
  { "dedupe", xf.dedupe(), { false, false, 1, 1, 2, 1 }, { false, 1, 2, 1 } },
  { "distinct", xf.distinct(), { false, 1, false, 2, 1 }, { false, 1, 2 } },
  { "interpose", xf.interpose(false), { 1, 2, 3 }, { 1, false, 2, false, 3 } },
  { "interpose in one value", xf.interpose "-", { 1 }, { 1 } },
  { "map_indexed", xf.map_indexed(function(i, v) return i .. v end), { "a", "b" }, { "1a", "2b" } },
  { "keep_indexed", xf.keep_indexed(function(i, v) if odd(i) then return v end end),
    { "a", "b", false }, { "a", false } },
  { "replace", xf.replace { a = false, [false] = "a" }, { "a", false, "b" }, { false, "a", "b" } },
  { "scan", xf.scan(add), { 1, 2, 3 }, { 1, 3, 6 } },
  { "scan from a start", xf.scan(add, 10), { 1, 2, 3 }, { 11, 13, 16 } },
  { "scan from nil", xf.scan(function(a, b) return (a or 10) + b end, nil), { 1, 2, 3 }, { 11, 13, 16 } },
  { "scan until it has enough",
    xf.scan(function(a, b) return a + b > 5 and async.reduced(6) or a + b end), { 1, 2, 3, 4 }, { 1, 3, 6 } },
  { "comp of nothing", xf.comp(), { 1, false }, { 1, false } },
  { "comp", xf.comp(xf.filter(odd), xf.map(double)), { 1, 2, 3 }, { 2, 6 } },
}

describe("the transducer", function()
  for _, example in ipairs(examples) do
    local name, xform, input, output = example[1], example[2], example[3], example[4]

    it(name .. " on a list", function() assert.same(output, sequence(xform, input)) end)

    it(name .. " on channels, each with a state of its own", function()
      for size = 1, 3 do
        assert.same(output, through(async.chan(size, xform), input))
      end
    end)
  end

  it("has Clojure's spelling too", function()
    for _, words in ipairs {
      "take_while", "take_nth", "drop_while", "partition_all", "partition_by", "map_indexed", "keep_indexed",
    } do
      assert.equal("function", type(xf[words]))
      assert.equal(xf[words], xf[words:gsub("_", "-")])
    end
  end)

  it("is in a module of its own", function() assert.equal(xf, require "async.xf") end)

  it("can be had without the rest of the library", function()
    more.expect_ok [[
      local xf = require "async.xf"
      assert(#xf.sequence(xf.take(2), { 1, 2, 3 }) == 2)
      print "ok"
    ]]
  end)

  it("distinct knows NaN, which is unlike itself, and tables by identity", function()
    local nan, one, other = 0 / 0, {}, {}
    local got = sequence(xf.distinct(), { nan, one, other, nan, one })
    assert.equal(4, #got)
    assert.equal(one, got[2])
    assert.equal(other, got[3])
  end)

  it("dedupe compares as == does", function()
    local function new() return setmetatable({}, { __eq = function() return true end }) end
    local meta = getmetatable(new())
    local a, b = setmetatable({}, meta), setmetatable({}, meta)
    assert.equal(1, #sequence(xf.dedupe(), { a, b }))
  end)

  it("gives groups that nobody else holds", function()
    local groups = sequence(xf.partition_all(2), { 1, 2, 3, 4 })
    groups[1][1] = "changed"
    assert.same({ { "changed", 2 }, { 3, 4 } }, groups)
  end)
end)

describe("on a channel, a transducer of the library", function()
  it("85: groups, and gives the short group at close", function()
    local c = async.chan(10, xf.partition_all(5))
    assert.same({ { 0, 1, 2, 3, 4 }, { 5, 6, 7 } }, through(c, { 0, 1, 2, 3, 4, 5, 6, 7 }))
  end)

  it("87: expands past the buffer's size without losing anything", function()
    local c = async.chan(1, xf.cat)
    assert.same({ 1, 2, 3, 4, 5, 6 }, through(c, { { 1, 2, 3 }, { 4, 5, 6 } }))
  end)

  it("89: that has enough closes the channel behind its last value, and flushes", function()
    local c = async.chan(10, xf.comp(xf.take(3), xf.partition_all(2)))
    for i = 1, 3 do assert.is_true(async.put_async(c, i)) end
    assert.is_true(c.closed)
    assert.is_false(async.put_async(c, 4))
    assert.same({ { 1, 2 }, { 3 } }, drain(c))
  end)

  it("93: is told to complete after the puts that were pending at close", function()
    local c = async.chan(1, xf.comp(xf.partition_all(2), xf.partition_by(function(pair) return #pair end)))
    for i = 1, 5 do async.put_async(c, i) end
    async.close(c)
    assert.same({ { { 1, 2 }, { 3, 4 } }, { { 5 } } }, drain(c))
  end)

  it("95: that fails hands its error to the channel's handler, and goes on", function()
    local function picky(value) return value == 2 and error "two" or value end
    local c = async.chan(5, xf.comp(xf.map(picky), xf.partition_all(2)), function(err) return err end)
    local got = through(c, { 1, 2, 3 })
    assert.truthy(got[1]:find("two", 1, true))
    assert.same({ 1, 3 }, got[2])
  end)

  it("partition_by loses only the group for which the rest of the chain fails", function()
    local function picky(group) return group[1] == 1 and error "odd ones" or group end
    local c = async.chan(5, xf.comp(xf.partition_by(odd), xf.map(picky)), function() return "failed" end)
    assert.same({ "failed", { 2, 4 } }, through(c, { 1, 3, 2, 4 }))
  end)

  it("is collected with the channel", function()
    local held = setmetatable({}, { __mode = "k" })
    local xform = xf.comp(xf.map(double), xf.partition_all(3), xf.dedupe())
    for _ = 1, 20 do
      local c = async.chan(2, xform)
      async.put_async(c, 1)
      held[c] = true
    end
    more.collect()
    assert.is_nil(next(held))
  end)

  it("is itself collected, even when its function reaches it", function()
    local held = setmetatable({}, { __mode = "k" })
    for _ = 1, 20 do
      local xform
      xform = xf.map(function() return xform end)
      held[xform] = true
    end
    more.collect()
    assert.is_nil(next(held))
  end)
end)

describe("on lists", function()
  it("into appends and returns its first argument", function()
    local to = { "there" }
    assert.equal(to, xf.into(to, xf.take(2), { 1, false, 3 }))
    assert.same({ "there", 1, false }, to)
    local list = { 1, 2 }
    assert.same({ 1, 2, 2, 4 }, xf.into(list, xf.map(double), list))
  end)

  it("sequence leaves the list as it is", function()
    local list = { 1, 2, 3 }
    assert.same({ 2, 4, 6 }, sequence(xf.map(double), list))
    assert.same({ 1, 2, 3 }, list)
  end)

  it("transduce completes once and gives what the completion gives", function()
    local log, rf = notebook()
    assert.equal("more", xf.transduce(xf.partition_all(2), rf, 0, { 1, 2, 3 }))
    assert.same({ { 1, 2 }, { 3 } }, { log[1], log[2] })
    assert.equal(1, log.ends)
    assert.equal(0, log.inits)
    local sum = xf.completing(add, function(total) return "sum " .. total end)
    assert.equal("sum 12", xf.transduce(xf.map(double), sum, 0, { 1, 2, 3 }))
    assert.equal(12, xf.transduce(xf.map(double), xf.completing(add), 0, { 1, 2, 3 }))
  end)

  it("transduce asks the step function where to start when it is not told", function()
    local function count(...)
      if select("#", ...) == 0 then return 100 end
      return (...) + (select("#", ...) - 1)
    end
    assert.equal(103, xf.transduce(xf.map(double), count, { 1, 2, 3 }))
    assert.equal(100, xf.transduce(xf.map(double), count, {}))
  end)

  it("transduce carries nil as a result along", function()
    local log = {}
    local function note(...)
      log[#log + 1] = more.pack(...)
    end
    assert.is_nil(xf.transduce(xf.partition_all(2), note, nil, { 1, 2, 3 }))
    assert.same({ { n = 2, nil, { 1, 2 } }, { n = 2, nil, { 3 } }, { n = 1 } }, log)
  end)

  it("reduce stops at reduced and never completes", function()
    local log, rf = notebook(2)
    assert.equal("enough", xf.reduce(rf, 0, { 1, 2, 3 }))
    assert.equal(2, #log)
    assert.equal(0, log.ends + log.late)
    assert.equal(6, xf.reduce(add, 0, { 1, 2, 3 }))
    assert.is_false(xf.reduce(add, false, {}))
  end)
end)

--- Runs a random case again and again; a failure tells its seed and its chain.
local function rounds(count, body)
  local first = tonumber(os.getenv "XF_SEED") or os.time()
  if os.getenv "XF_SEED" then count = 1 end
  for seed = first, first + count - 1 do
    random.seed(seed)
    local text, xform, twin = random.chain()
    local list = random.list()
    local ok, err = pcall(body, xform, twin(list), list)
    if not ok then
      error(("with XF_SEED=%d, comp(%s) of %d values: %s"):format(seed, text, #list, tostring(err)), 0)
    end
  end
end

describe("a random chain", function()
  it("makes of a list what naive loops make of it", function()
    rounds(1500, function(xform, expected, list)
      assert.same(expected, sequence(xform, list))
      assert.same(expected, sequence(xform, list))
    end)
  end)

  it("ends once, and stops when its step function has enough", function()
    rounds(1500, function(xform, expected, list)
      local most = random.below(10)
      local log, rf = notebook(most)
      xf.transduce(xform, rf, 0, list)
      assert.same(sequence(xf.take(most), expected), { (table.unpack or unpack)(log) })
      assert.equal(1, log.ends)
      assert.equal(0, log.late + log.inits)
    end)
  end)

  it("makes the same of what goes through a channel of any size", function()
    rounds(500, function(xform, expected, list)
      assert.same(expected, through(async.chan(random.below(5), xform), list))
    end)
  end)

  it("makes the same of what goes through a channel for each of its halves", function()
    rounds(300, function(xform, expected, list)
      local _, second, twin = random.chain()
      local from, to = async.chan(random.below(5), xform), async.chan(random.below(5), second)
      async.go(function()
        local value = async.park_take(from)
        while value ~= nil and async.park_put(to, value) do value = async.park_take(from) end
        async.close(to)
        while async.park_take(from) ~= nil do end -- its puts may be waiting
      end)
      async.go(function()
        for i = 1, #list do
          if not async.park_put(from, list[i]) then return end
        end
        async.close(from)
      end)
      assert.same(twin(expected), drain(to))
      async.run()
    end)
  end)
end)
