-- pub: values by topic.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, pub, sub, close = async.chan, async.pub, async.sub, async.close
local put_async, block_put, poll, settle = async.put_async, async.block_put, async.try_take, more.settle

local function put_all(source, ...)
  for _, value in ipairs { ... } do put_async(source, value) end
end

-- A topic function for values { topic, anything }.
local function first(value)
  return value[1]
end

describe("pub", function()
  it("126: brings the values of its topic to every sub, and closes them", function()
    local source = chan()
    local p = pub(source, type)
    local numbers, strings = {}, {}
    for i = 1, 2 do
      numbers[i], strings[i] = chan(5), chan(5)
      assert.equal(numbers[i], sub(p, "number", numbers[i]))
      assert.equal(strings[i], sub(p, "string", strings[i]))
    end
    put_all(source, 1, "a", 2, "b", true, 3, "c")
    close(source)
    for i = 1, 2 do
      assert.same({ 1, 2, 3 }, support.drain(numbers[i]))
      assert.same({ "a", "b", "c" }, support.drain(strings[i]))
    end
  end)

  it("126: drops the values of unknown topics", function()
    local source = chan()
    local p = pub(source, type)
    local c = sub(p, "string", chan(1))
    for i = 1, 5 do assert.is_true(block_put(source, i)) end
    block_put(source, "v")
    close(source)
    assert.same({ "v" }, support.drain(c))
  end)

  it("126: leaves a sub open whose close? is false, or nil", function()
    local source = chan()
    local p = pub(source, type)
    local open, open_too, closing = chan(1), chan(1), chan(1)
    assert.equal(open, sub(p, "number", open, false))
    sub(p, "number", open_too, nil)
    sub(p, "number", closing, true)
    close(source)
    settle()
    assert.is_false(open.closed or open_too.closed)
    assert.is_true(closing.closed)
  end)

  it("127: unsub stops one sub", function()
    local source = chan()
    local p = pub(source, type)
    local leaver, stayer = sub(p, "number", chan(5)), sub(p, "number", chan(5))
    block_put(source, 1)
    settle()
    assert.is_nil(async.unsub(p, "number", leaver))
    block_put(source, 2)
    close(source)
    assert.same({ 1, 2 }, support.drain(stayer))
    assert.equal(1, #leaver)
    assert.is_false(leaver.closed)
  end)

  it("127: unsub_all with a topic stops that topic", function()
    local source = chan()
    local p = pub(source, type)
    local numbers, strings = sub(p, "number", chan(5)), sub(p, "string", chan(5))
    async.unsub_all(p, "number")
    put_all(source, 1, "a")
    close(source)
    assert.same({ "a" }, support.drain(strings))
    assert.equal(0, #numbers)
    assert.is_false(numbers.closed)
  end)

  it("127: unsub_all without a topic stops all of them", function()
    local source = chan()
    local p = pub(source, type)
    local numbers, strings = sub(p, "number", chan(5)), sub(p, "string", chan(5))
    async["unsub-all"](p)
    put_all(source, 1, "a")
    close(source)
    settle()
    assert.same({ 0, 0 }, { #numbers, #strings })
    assert.is_false(numbers.closed or strings.closed)
  end)

  it("127: after unsub_all nothing comes twice to who subscribes again", function()
    local source = chan()
    local p = pub(source, type, function() return 5 end)
    local c = chan()
    sub(p, "number", c)
    put_all(source, 1, 2, 3)
    settle()
    async.unsub_all(p, "number")
    sub(p, "number", c)
    put_all(source, 4)
    close(source)
    -- The put of the 1 was under way; what waited in the old topic's buffer is dropped.
    assert.same({ 1, 4 }, support.drain(c))
  end)

  it("128: calls buf_fn once for each topic, with the topic", function()
    local calls = {}
    local p = pub(chan(), type, function(topic)
      calls[#calls + 1] = topic
      return 1
    end)
    for _ = 1, 3 do
      sub(p, "number", chan())
      sub(p, "string", chan())
    end
    assert.same({ "number", "string" }, calls)
  end)

  it("128: routes past a sub that takes nothing until buffer and mult are full", function()
    local source = chan()
    local p = pub(source, type, function() return 5 end)
    local stuck, strings = sub(p, "number", chan()), sub(p, "string", chan(100))
    for i = 1, 6 do
      put_async(source, i)
      put_async(source, "after " .. i)
    end
    settle()
    assert.equal(6, #strings)
    put_all(source, 7, "after 7")
    settle()
    assert.equal(6, #strings)
    assert.equal(1, async.block_take(stuck))
    settle()
    assert.equal(7, #strings)
  end)

  it("takes buffer objects from buf_fn, and nil for none", function()
    local source = chan()
    local p = pub(source, first, function(topic)
      if topic == "windowed" then return async.sliding_buffer(2) end
    end)
    local windowed, plain = sub(p, "windowed", chan()), sub(p, "plain", chan(9))
    for i = 1, 5 do put_async(source, { "windowed", i }) end
    for i = 1, 3 do put_async(source, { "plain", i }) end
    settle()
    assert.equal(3, #plain) -- the stuck sub of a sliding topic stops nobody
    local got = {}
    for i = 1, 3 do got[i] = async.block_take(windowed)[2] end
    assert.same({ 1, 4, 5 }, got)
  end)

  it("knows false and nil as topics", function()
    local source = chan()
    local p = pub(source, first)
    local nils, falses = sub(p, nil, chan(5)), sub(p, false, chan(5))
    put_all(source, { nil, "n" }, { false, "f" }, { 0 / 0 })
    settle()
    assert.equal("n", poll(nils)[2])
    assert.equal("f", poll(falses)[2])
    async.unsub_all(p, nil)
    put_all(source, { nil, "n2" }, { false, "f2" })
    close(source)
    settle()
    assert.equal(0, #nils)
    assert.equal("f2", poll(falses)[2])
    assert.is_true(falses.closed)
  end)

  it("carries false as a value", function()
    local source = chan()
    local p = pub(source, type)
    local c = sub(p, "boolean", chan())
    put_all(source, false, true, false)
    close(source)
    assert.same({ false, true, false }, support.drain(c))
  end)

  it("reports what its topic function raises, drops that value and goes on", function()
    local source = chan()
    local p = pub(source, function(value)
      if value == "bad" then error({ about = value }) end
      return type(value)
    end)
    local c = sub(p, "string", chan(9))
    local seen = more.reported(function()
      put_all(source, "a", "bad", "b", "bad", "bad", "c")
    end)
    assert.equal(3, #seen)
    assert.same({ about = "bad" }, seen[1].err)
    assert.truthy(seen[1].report:find("traceback", 1, true))
    assert.truthy(seen[1].report:find("pub_spec.lua", 1, true), seen[1].report)
    close(source)
    assert.same({ "a", "b", "c" }, support.drain(c))
  end)

  it("survives a topic function that fails a thousand times in a row", function()
    local source = chan(1000)
    for i = 1, 1000 do put_async(source, i) end
    local p, c
    local seen = more.reported(function()
      p = pub(source, function(value)
        if type(value) == "number" then error "no number" end
        return "good"
      end)
      c = sub(p, "good", chan(1))
    end)
    assert.equal(1000, #seen)
    put_async(source, "v")
    settle()
    assert.equal("v", poll(c))
  end)

  it("raises what buf_fn raises where the sub is, which has then not happened", function()
    local source, wrong = chan(), true
    local p = pub(source, type, function()
      if wrong then error "no buffer today" end
      return 1
    end)
    local c = chan(1)
    support.raises("no buffer today", sub, p, "number", c)
    block_put(source, 1)
    settle()
    assert.equal(0, #c)
    wrong = false
    sub(p, "number", c)
    block_put(source, 2)
    settle()
    assert.equal(2, poll(c))
  end)

  it("closes the subs when reading the source fails", function()
    local source = setmetatable({}, { __index = getmetatable(chan()).__index })
    local handlers = {}
    source["take!"] = function(_, handler)
      if #handlers == 1 then error "broken wire" end
      handlers[1] = handler
    end
    local p = pub(source, type)
    local c = sub(p, "number", chan(2))
    local seen = more.reported(function()
      handlers[1]:commit()(1)
    end)
    assert.equal(1, #seen)
    assert.truthy(seen[1].report:find "broken wire")
    assert.same({ 1 }, support.drain(c))
    assert.truthy(tostring(p):find "ended")
  end)

  it("does nothing to a sub that comes after the end", function()
    local source = chan()
    close(source)
    local p = pub(source, type)
    settle()
    local c = chan(1)
    assert.equal(c, sub(p, "number", c))
    settle()
    assert.is_false(c.closed)
  end)

  it("lets buf_fn and topic_fn use the pub", function()
    local source, p, c = chan(), nil, nil
    local inner, outer, later = chan(5), chan(5), chan(5)
    p = pub(source, function(value)
      if value == 2 then sub(p, "number", later) end
      return type(value)
    end, function(topic)
      if not c then
        c = inner
        sub(p, topic, c)
      end
      return 1
    end)
    sub(p, "number", outer)
    put_all(source, 1)
    settle()
    put_all(source, 2)
    close(source)
    assert.same({ 1, 2 }, support.drain(outer))
    assert.same({ 1, 2 }, support.drain(c))
    assert.same({ 2 }, support.drain(later))
  end)

  it("has methods that do the same", function()
    local source = chan()
    local p = source:pub(type, function() return 3 end)
    local a, b = chan(5), chan(5)
    assert.equal(a, p:sub("number", a))
    assert.equal(b, p:sub("number", b, false))
    p:unsub("number", b)
    block_put(source, 1)
    settle()
    assert.same({ 1, 0 }, { #a, #b })
    p:unsub_all("string")
    p:unsub_all()
    block_put(source, 2)
    settle()
    assert.same({ 1, 0 }, { #a, #b })
  end)

  it("has the protocol's methods", function()
    local source = chan()
    local p = pub(source, type)
    assert.equal(source, p["muxch*"](p))
    local a, b = chan(5), chan(5)
    p["sub*"](p, "number", a, true)
    p["sub*"](p, "number", b, true)
    p["unsub*"](p, "number", b)
    block_put(source, 1)
    settle()
    assert.same({ 1, 0 }, { #a, #b })
    p["unsub-all*"](p, "number")
    p["unsub-all*"](p)
    close(source)
    settle()
    assert.is_false(a.closed)
  end)

  it("accepts an object with these methods as a pub", function()
    local calls, mine = {}, {}
    for _, name in ipairs { "sub*", "unsub*", "unsub-all*" } do
      mine[name] = function(_, ...) calls[#calls + 1] = { name, select("#", ...), ... } end
    end
    local c = chan()
    assert.equal(c, sub(mine, "t", c))
    sub(mine, "t", c, false)
    async.unsub(mine, "t", c)
    async.unsub_all(mine, "t")
    async["unsub-all"](mine)
    assert.same({
      { "sub*", 3, "t", c, true }, { "sub*", 3, "t", c, false }, { "unsub*", 2, "t", c },
      { "unsub-all*", 1, "t" }, { "unsub-all*", 0 },
    }, calls)
  end)

  it("says in tostring how many topics it has", function()
    local source = chan()
    local p = pub(source, type)
    assert.truthy(tostring(p):find "^Pub: 0x%x+ %(0 topics%)$", tostring(p))
    sub(p, "number", chan())
    assert.truthy(tostring(p):find "%(1 topic%)$", tostring(p))
    close(source)
    settle()
    assert.truthy(tostring(p):find "%(ended%)$", tostring(p))
  end)

  it("names the function and the argument that is wrong", function()
    local p = pub(chan(), type)
    support.raises("async.pub: channel expected, got nil (argument 1)", pub)
    support.raises("async.pub: function expected, got nil (argument 2)", pub, chan())
    support.raises("async.pub: function expected, got number (argument 3)", pub, chan(), type, 5)
    support.raises("async.sub: pub expected, got nil (argument 1)", sub, nil, "t", chan())
    support.raises("async.sub: channel expected, got nil (argument 3)", sub, p, "t")
    support.raises("async.sub: topic expected, got nan (argument 2)", sub, p, 0 / 0, chan())
    support.raises("async.unsub: channel expected, got nil (argument 3)", async.unsub, p, "t")
    support.raises("async.unsub_all (unsub-all): pub expected, got table (argument 1)", async.unsub_all, {})
  end)
end)

describe("a pub that is over", function()
  it("leaves nothing that waits and no task", function()
    local parked = more.parked()
    local source = chan()
    local p = pub(source, first)
    local subs = {}
    for i = 1, 10 do subs[i] = sub(p, i, chan(2)) end
    for i = 1, 20 do block_put(source, { i % 10 + 1 }) end
    close(source)
    settle()
    assert.equal(0, async.dispatched())
    assert.equal(parked, async.stats().parked)
    for i = 1, 10 do assert.equal(2, #support.drain(subs[i])) end
    assert.truthy(tostring(p):find "ended")
  end)

  it("is collected when nobody can reach its channels", function()
    local held = setmetatable({}, { __mode = "k" })
    local parked = more.parked()
    local function make(waiting)
      local source = chan()
      local p = pub(source, type)
      local c = sub(p, "number", chan())
      if waiting then put_all(source, 1, 2, 3) end
      held[source], held[p], held[c] = true, true, true
    end
    make(false)
    make(true)
    settle()
    more.collect()
    assert.is_nil(next(held))
    assert.equal(parked, async.stats().parked)
  end)

  it("forgets a topic that nobody wants any more, with all that waits for it", function()
    settle()
    local source = chan()
    local p = pub(source, type)
    more.collect()
    local parked = more.parked()
    local held = setmetatable({}, { __mode = "k" })
    for i = 1, 20 do held[sub(p, i, chan())] = true end
    assert.is_true(async.stats().parked > parked)
    async.unsub_all(p)
    more.collect()
    assert.is_nil(next(held))
    assert.equal(parked, async.stats().parked)
  end)
end)
