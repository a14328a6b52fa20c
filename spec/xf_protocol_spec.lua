-- How the transducers of the library are called and call each other, and what
-- they say about wrong arguments.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"
local user = require "spec.support.xforms"

local xf = async.xf
local raises, through, notebook = support.raises, user.through, user.notebook
local sequence = xf.sequence

local function odd(value) return value % 2 == 1 end
local function double(value) return value * 2 end
local function small(value) return value < 3 end
local function add(a, b) return a + b end

describe("the protocol of a transducer", function()
  it("counts arguments: nil as a value is one more value, nil alone is the end", function()
    local log, rf = notebook()
    local step = xf.partition_all(2)(rf)
    assert.has_error(function() step("acc", nil) end, "async.xf.partition_all: nil cannot be kept in a list")
    step(nil, 1)
    assert.equal(0, #log + log.ends)
    assert.is_nil((step()))
    assert.equal(1, log.inits)
    assert.equal("more", step(nil))
    assert.same({ { 1 } }, { log[1] })
    assert.equal(1, log.ends)
  end)

  it("lets nil through to who can use it", function()
    local hide = xf.map(function(value) if odd(value) then return value end end)
    assert.same({ 1, "none", 3 }, sequence(xf.comp(hide, xf.map(function(v) return v or "none" end)), { 1, 2, 3 }))
    assert.same({ 1, 3 }, sequence(xf.comp(hide, xf.filter(function(v) return v ~= nil end)), { 1, 2, 3 }))
    assert.same({ 1, 3 }, sequence(xf.comp(hide, user.filter(function(v) return v ~= nil end)), { 1, 2, 3 }))
    assert.same({ 1, 3 }, sequence(xf.comp(user.id, hide, xf.keep(function(v) return v end)), { 1, 2, 3 }))
    raises("async.xf.sequence: nil cannot be kept in a list", sequence, hide, { 1, 2 })
    raises("async.xf.into: nil cannot be kept in a list", xf.into, {}, hide, { 1, 2 })
    local seen = {}
    local channel = async.chan(2, hide, function(err) seen[#seen + 1] = err end)
    assert.same({ 1, 3 }, through(channel, { 1, 2, 3 }))
    assert.equal(1, #seen)
    assert.truthy(seen[1]:find("nil", 1, true))
  end)

  it("distinguishes nil from false where values are compared", function()
    for _, xform in ipairs { xf.distinct(), xf.dedupe() } do
      local seen = {}
      local step = xform(function(...) seen[#seen + 1] = more.pack(...) end)
      step("acc", nil)
      step("acc", nil)
      step("acc", false)
      step("acc", false)
      assert.same({ { n = 2, "acc" }, { n = 2, "acc", false } }, seen)
    end
  end)

  it("flushes once, however often it is told to end", function()
    for _, xform in ipairs { xf.partition_all(3), xf.partition_by(odd) } do
      local log, rf = notebook()
      local step = xform(rf)
      step("acc", 1)
      step "acc"
      step "acc"
      assert.equal(1, #log)
      assert.equal(2, log.ends)
    end
  end)

  it("unwraps a reduced result once, in steps and in a flush", function()
    local function boxed() return async.reduced(async.reduced "inner") end
    for _, xform in ipairs { xf.map(double), xf.partition_all(2), xf.take(1), xf.comp(xf.dedupe(), xf.take(5)) } do
      local result = xf.transduce(xform, xf.completing(boxed), 0, { 1, 2, 3 })
      assert.is_true(async.is_reduced(result))
      assert.equal("inner", result:unbox())
    end
    local flushed = xf.transduce(xf.partition_all(5), xf.completing(boxed), 0, { 1, 2, 3 })
    assert.is_true(async.is_reduced(flushed))
    assert.equal("inner", flushed:unbox())
  end)

  it("takes a value that is reduced for a value", function()
    local box = async.reduced(1)
    assert.same({ box, box }, sequence(xf.map(function() return box end), { 1, 2 }))
  end)

  it("looks at no more than is needed", function()
    local seen = 0
    local count = xf.map(function(value)
      seen = seen + 1
      return value
    end)
    local list = { 1, 2, 3, 4, 5, 6, 7, 8 }
    for _, case in ipairs {
      { 3, xf.comp(count, xf.take(3)) },
      { 4, xf.comp(count, xf.partition_all(2), xf.take(2)) },
      { 3, xf.comp(count, xf.take_while(small)) },
      { 2, xf.comp(xf.mapcat(function() return list end), count, xf.take(2)) },
      { 2, xf.comp(xf.map(function() return list end), xf.cat, count, xf.take(2)) },
      { 2, xf.comp(xf.partition_by(double), count, xf.take(2)) },
      { 2, xf.comp(xf.interpose(0), count, xf.take(2)) },
    } do
      seen = 0
      sequence(case[2], list)
      assert.equal(case[1], seen)
    end
  end)

  it("goes through user-written step functions in the middle of a chain", function()
    local xform = xf.comp(xf.map(double), user.pall2, xf.map(function(pair) return #pair end), user.tk2, xf.cat)
    raises("async.xf.cat: list expected, got number", sequence, xform, { 1, 2, 3 })
    xform = xf.comp(xf.map(double), user.pall2, user.tk2, xf.cat)
    assert.same({ 2, 4, 6, 8 }, sequence(xform, { 1, 2, 3, 4, 5 }))
    assert.same({ 2, 4, 6, 8 }, through(async.chan(1, xform), { 1, 2, 3, 4, 5 }))
  end)

  it("works for callable tables too", function()
    local callable = setmetatable({}, { __call = function(_, value) return value + 1 end })
    local transducer = setmetatable({}, { __call = function(_, rf) return xf.map(double)(rf) end })
    assert.same({ 4, 6 }, sequence(xf.comp(xf.map(callable), transducer), { 1, 2 }))
    assert.same({ 2, 4 }, sequence(transducer, { 1, 2 }))
  end)
end)

describe("a wrong argument of", function()
  local function whole(name, least)
    return ("async.xf.%s: whole number of at least %d expected, got %%s (argument 1)"):format(name, least)
  end

  for _, name in ipairs {
    "map", "filter", "remove", "keep", "mapcat", "take_while", "drop_while", "partition_by",
    "map_indexed", "keep_indexed", "scan", "comp", "completing",
  } do
    it(name .. " is named", function()
      local err = raises(("async.xf.%s: function expected, got number (argument 1)"):format(name), xf[name], 1)
      assert.truthy(name == "comp" or err:find "argument 1")
      assert.has_error(function() xf[name]({}) end)
      if name ~= "comp" then raises("got nil", xf[name]) end
    end)
  end

  for name, least in pairs { take = 0, drop = 0, take_nth = 1, partition_all = 1 } do
    it(name .. " is named", function()
      raises(whole(name, least):format "string", xf[name], "2")
      raises(whole(name, least):format(least - 1), xf[name], least - 1)
      raises(whole(name, least):format "1.5", xf[name], 1.5)
      raises(whole(name, least):format "nil", xf[name])
      raises("whole number", xf[name], 0 / 0)
      raises("whole number", xf[name], math.huge)
    end)
  end

  it("the others is named", function()
    raises("async.xf.comp: function expected, got nil (argument 2)", xf.comp, xf.cat, nil, xf.cat)
    raises("async.xf.interpose: value expected, got nil (argument 1)", xf.interpose)
    raises("async.xf.replace: table expected, got nil (argument 1)", xf.replace)
    raises("async.xf.into: table expected, got nil (argument 1)", xf.into, nil, xf.cat, {})
    raises("async.xf.into: function expected, got table (argument 2)", xf.into, {}, {}, {})
    raises("async.xf.into: table expected, got nil (argument 3)", xf.into, {}, xf.cat)
    raises("async.xf.sequence: function expected, got table (argument 1)", sequence, {}, xf.cat)
    raises("async.xf.sequence: table expected, got nil (argument 2)", sequence, xf.cat)
    raises("async.xf.transduce: function expected, got number (argument 2)", xf.transduce, xf.cat, 1, 0, {})
    raises("async.xf.transduce: table expected, got number (argument 4)", xf.transduce, xf.cat, add, {}, 1)
    raises("async.xf.transduce: table expected, got nil (argument 4)", xf.transduce, xf.cat, add)
    raises("async.xf.reduce: table expected, got nil (argument 3)", xf.reduce, add, 0)
    raises("async.xf.completing: function expected, got number (argument 2)", xf.completing, add, 1)
  end)

  it("an error points at the caller", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, err = pcall(function() return (xf.map(1)) end)
    assert.is_false(ok)
    assert.truthy(err:find("xf_protocol_spec.lua:" .. line .. ":", 1, true), err)
  end)

  it("a transducer that was forgotten or mistaken is said to be", function()
    raises("async.xf.cat: a transducer is applied to a step function, got table", xf.cat, {})
    raises("async.xf.map: a transducer is applied to a step function, got nil", xf.map(double))
    raises("async.xf.into: the transducer must return a step function, got number", xf.into, {},
      function() return 1 end, {})
    raises("async.xf.comp: the transducer must return a step function, got nil", async.chan, 1,
      xf.comp(xf.cat, function() end))
    raises("async.xf.cat: list expected, got number", sequence, xf.cat, { 1 })
    raises("async.xf.mapcat: list expected, got number", sequence, xf.mapcat(double), { 1 })
  end)
end)
