-- Living with async.fnl's users: its reduced module, its channel surface, its foreign channels.
local async = require "async"
local more = require "spec.support.more"
local foreign = require "spec.support.foreign"
local x = require "spec.support.xforms"

local chan, go = async.chan, async.go
local put_async, take_async, block_take = async.put_async, async.take_async, async.block_take

describe("reduced", function()
  local other = require "io.gitlab.andreyorst.reduced"

  it("129: is shared with async.fnl's own module", function()
    local theirs, ours = other.reduced(5), async.reduced(6)
    assert.is_true(async.is_reduced(theirs))
    assert.is_true(async["reduced?"](theirs))
    assert.is_true(other["reduced?"](ours))
    assert.is_true(other.is_reduced(ours))
    for _, box in ipairs { theirs, ours } do
      assert.equal("table", type(box))
      assert.equal("reduced", getmetatable(box).__name)
      assert.truthy(tostring(box):find("reduced", 1, true))
    end
    assert.equal(5, theirs:unbox())
    assert.equal(6, ours:unbox())
    assert.equal(5, theirs[1])
    assert.equal(6, ours[1])
  end)

  it("129: holds nil and false, and nothing else passes for it", function()
    assert.is_nil(async.reduced(nil):unbox())
    assert.is_false(async.reduced(false):unbox())
    assert.is_true(async.is_reduced(async.reduced(nil)))
    for _, value in ipairs { {}, { 1 }, 5, "reduced", true, setmetatable({}, { __name = "reduced" }) } do
      assert.is_false(async.is_reduced(value))
      assert.is_false(other["reduced?"](value))
    end
    assert.is_false(async.is_reduced(nil))
  end)

  it("129: made by that module ends a channel's transducer", function()
    local c = chan(5, x.each(function(step, acc, value) return other.reduced(step(acc, value)) end))
    assert.is_true(put_async(c, 1))
    assert.is_true(c.closed)
    assert.equal(1, block_take(c))
    assert.is_nil(block_take(c))
  end)

  it("129: comes from the module that was loaded before, if there is one", function()
    more.expect_ok [[
      local meta = { __name = "reduced", __index = { unbox = function(self) return self[1] end } }
      local theirs = {
        reduced = function(value) return setmetatable({ value }, meta) end,
        is_reduced = function(value) return getmetatable(value) == meta end,
      }
      theirs["reduced?"] = theirs.is_reduced
      package.loaded["io.gitlab.andreyorst.reduced"] = theirs
      local async = require "async"
      assert(require "io.gitlab.andreyorst.reduced" == theirs)
      assert(async.is_reduced(theirs.reduced(1)))
      assert(theirs.is_reduced(async.reduced(1)))
      local c = async.chan(5, function(step)
        return function(...)
          if select("#", ...) < 2 then return step(...) end
          return theirs.reduced(step(...))
        end
      end)
      async.put_async(c, 1)
      assert(c.closed)
      print "ok"
    ]]
  end)

  it("129: comes from a preload of that name, if there is one", function()
    more.expect_ok [[
      local made = 0
      package.preload["io.gitlab.andreyorst.reduced"] = function()
        made = made + 1
        local meta = { __name = "reduced", __index = { unbox = function(self) return self[1] end } }
        local is = function(value) return getmetatable(value) == meta end
        local make = function(value) return setmetatable({ value }, meta) end
        return { reduced = make, ["reduced?"] = is, is_reduced = is }
      end
      local async = require "async"
      local theirs = require "io.gitlab.andreyorst.reduced"
      assert(made == 1)
      assert(async.is_reduced(theirs.reduced(1)) and theirs.is_reduced(async.reduced(1)))
      print "ok"
    ]]
  end)
end)

describe("a channel's surface", function()
  it("130: tells whether it is closed, and has the protocol's methods", function()
    local c = chan()
    assert.falsy(c.closed)
    for _, name in ipairs { "put!", "take!", "close!", "close" } do
      assert.equal("function", type(c[name]), name)
    end
    c["close!"](c)
    assert.is_true(c.closed)
    local d = chan()
    d:close()
    assert.is_true(d.closed)
    assert.is_true(async.is_closed(d))
    assert.is_false(async["closed?"](chan()))
  end)

  it("130: gives nil for what it does not have, whatever the key", function()
    local c = chan()
    local keys = { "foo", "n", 1, 0, -1, 1.5, true, {}, print, c }
    for _, key in ipairs(keys) do assert.is_nil(c[key]) end
    assert.has_no.errors(function() return c.puts, c.takes, c.buf, c.type end)
  end)

  it("132: prints its name and how full it is", function()
    local c = chan()
    assert.truthy(tostring(c):find "^ManyToManyChannel: 0x%x+")
    assert.truthy(tostring(c):find("(unbuffered)", 1, true))
    local five = chan(5)
    put_async(five, 1)
    put_async(five, 2)
    assert.truthy(tostring(five):find "^ManyToManyChannel: 0x%x+ %(2/5%)$")
    async.close(c)
    assert.truthy(tostring(c):find "^ManyToManyChannel: 0x%x+.*closed")
    assert.are_not.equal(tostring(chan()), tostring(five))
  end)

  it("has methods that do what the functions do", function()
    local c = chan(2)
    assert.is_true(c:put(1))
    assert.is_true(c:offer(2))
    assert.is_nil(c:offer(3))
    assert.equal(2, #c)
    assert.equal(1, c:take())
    assert.equal(2, c:poll())
    assert.is_nil(c:poll())
    async.go(function()
      for i = 1, 3 do c:put(i) end
      c:close()
    end)
    local list = {}
    for value in c:iter() do list[#list + 1] = value end
    assert.same({ 1, 2, 3 }, list)
  end)

  it("lets iter pass false", function()
    local c, list = chan(3), {}
    for _, value in ipairs { false, 1, false } do c:put(value) end
    c:close()
    for value in c:iter() do list[#list + 1] = value end
    assert.same({ false, 1, false }, list)
  end)
end)

describe("a foreign channel", function()
  it("131: is a channel for chan?, and borrows what it does not define", function()
    local real = chan()
    assert.is_true(async.is_chan(foreign.wrapper(real)))
    assert.is_true(async["chan?"](foreign.logger()))
    assert.is_false(async.is_chan { ["put!"] = print, ["take!"] = print, ["close!"] = print })
    local borrower = setmetatable({}, { __index = getmetatable(real).__index })
    assert.equal("function", type(borrower["put!"]))
    assert.equal("function", type(borrower["take!"]))
  end)

  it("131: works with >!!, put! with its callback, and close!", function()
    local real = chan(1)
    local object = foreign.wrapper(real)
    local log, note = more.recorder()
    assert.is_true(async.block_put(object, 1))
    assert.is_true(put_async(object, 2, note))
    more.settle()
    assert.equal(0, log.n)
    assert.equal(1, block_take(real))
    more.settle()
    assert.same({ n = 1, true }, log)
    assert.is_nil(async.close(object))
    assert.is_true(real.closed)
    assert.is_false(put_async(object, 3, note))
    more.settle()
    assert.same({ n = 2, true, false }, log)
    assert.same({ "put!", "put!", "close!", "put!" }, object.calls)
  end)

  it("131: works with >! in a go block, at once and parked", function()
    local real = chan()
    local object = foreign.wrapper(real)
    local result = go(function()
      local list = { async.park_put(object, "a"), async.park_put(object, "b") }
      async.close(object)
      list[3] = async.park_put(object, "c")
      return list
    end)
    assert.equal("a", block_take(real))
    assert.equal("b", block_take(real))
    assert.same({ true, true, false }, block_take(result))
  end)

  it("131: is a put port of alts!, first come or parked", function()
    local real = chan(1)
    local object = foreign.wrapper(real)
    local got = async.block_alts { { object, 5 } }
    assert.is_true(got[1])
    assert.equal(object, got[2])
    local result = go(function() return async.park_alts { chan(), { object, 6 } } end)
    assert.equal(5, block_take(real))
    got = block_take(result)
    assert.is_true(got[1])
    assert.equal(object, got[2])
    assert.equal(6, block_take(real))
  end)

  it("131: a logger that answers at once works everywhere a put goes", function()
    local log = foreign.logger()
    assert.is_true(async.block_put(log, 1))
    assert.is_true(put_async(log, 2))
    assert.is_true(more.in_go(async.park_put, log, 3))
    assert.is_true(more.in_go(async.park_alts, { { log, 4 } })[1])
    assert.is_true(async.try_put(log, 5))
    assert.is_true(async.put(log, 6))
    assert.same({ 1, 2, 3, 4, 5, 6 }, log.lines)
    async.close(log)
    assert.is_false(async.block_put(log, 7))
    assert.is_false(put_async(log, 8))
    assert.is_false(more.in_go(async.park_put, log, 9))
    assert.is_false(more.in_go(async.park_alts, { { log, 10 } })[1])
    assert.equal(6, #log.lines)
  end)

  it("gives values to <!!, <!, take!, poll! and a take port of alts!", function()
    local real = chan(3)
    local object = foreign.wrapper(real)
    for i = 1, 5 do put_async(real, i) end
    assert.equal(1, block_take(object))
    assert.equal(2, more.in_go(async.park_take, object))
    local log, note = more.recorder()
    take_async(object, note)
    more.settle()
    assert.same({ n = 1, 3 }, log)
    assert.equal(4, async.try_take(object))
    local got = async.block_alts { object }
    assert.equal(5, got[1])
    assert.equal(object, got[2])
    assert.is_nil(async.try_take(object))
  end)

  it("makes a parked take and a parked put wait for the real partner", function()
    local real = chan()
    local object = foreign.wrapper(real)
    local taker = go(function() return { async.park_take(object) } end)
    assert.is_true(put_async(real, false))
    assert.same({ false }, block_take(taker))
    taker = go(function() return { async.park_take(object), "end" } end)
    async.close(real)
    local got = block_take(taker)
    assert.is_nil(got[1])
    assert.equal("end", got[2])
  end)

  it("may complete a put later by the callback that commit gave", function()
    local slow = foreign.slow()
    local result = go(function() return async.park_put(slow, "v") end)
    assert.equal("v", slow.puts[1].value)
    more.settle()
    assert.is_nil(async.try_take(result))
    assert.is_true(slow.finish(slow.puts, true))
    assert.is_true(block_take(result))
    result = go(function() return { async.park_put(slow, "w") } end)
    slow.finish(slow.puts, false)
    assert.same({ false }, block_take(result))
  end)

  it("may complete a take later, also a callback's and an alts'", function()
    local slow = foreign.slow()
    local parked = go(function() return async.park_take(slow) end)
    local log, note = more.recorder()
    take_async(slow, note)
    local either = go(function() return async.park_alts { chan(), slow } end)
    for _, value in ipairs { "a", "b", "c" } do assert.is_true(slow.finish(slow.takes, value)) end
    assert.equal("a", block_take(parked))
    more.settle()
    assert.same({ n = 1, "b" }, log)
    local got = block_take(either)
    assert.equal("c", got[1])
    assert.equal(slow, got[2])
  end)

  it("sees the handler of an alts go inactive when another port won", function()
    local slow, c = foreign.slow(), chan()
    local result = go(function() return async.park_alts { slow, { slow, 1 }, c } end)
    assert.is_true(slow.takes[1].handler["active?"](slow.takes[1].handler))
    put_async(c, "won")
    assert.is_false(slow.takes[1].handler["active?"](slow.takes[1].handler))
    assert.is_false(slow.finish(slow.takes, "late"))
    assert.is_false(slow.finish(slow.puts, true))
    local got = block_take(result)
    assert.equal("won", got[1])
    assert.equal(c, got[2])
  end)

  it("is asked by offer! and poll! with a handler that must not wait", function()
    local slow = foreign.slow()
    assert.is_nil(async.try_put(slow, 1))
    assert.is_nil(async.try_take(slow))
    assert.equal(0, #slow.puts)
    assert.equal(0, #slow.takes)
  end)

  it("may bridge: blocks on the main thread until its partner comes", function()
    local real = chan()
    local object = foreign.wrapper(real)
    go(function()
      async.park_take(async.timeout(5))
      async.park_put(real, "late")
    end)
    assert.equal("late", block_take(object))
    go(function()
      async.park_take(async.timeout(5))
      async.park_take(real)
    end)
    assert.is_true(async.block_put(object, "taken late"))
  end)

  it("that raises in its own method raises out of the call and leaves nothing behind", function()
    local object = foreign.wrapper(chan())
    object["put!"] = function() error "broken put" end
    object["take!"] = function() error "broken take" end
    for name, call in pairs {
      put = function() async.block_put(object, 1) end,
      take = function() async.block_take(object) end,
    } do
      local ok, err = pcall(call)
      assert.is_false(ok)
      assert.truthy(err:find("broken " .. name, 1, true))
    end
    local ok, err = more.in_go(async.pcall, async.park_put, object, 1)
    assert.is_false(ok)
    assert.truthy(err:find("broken put", 1, true))
    local c = chan(1)
    assert.is_true(put_async(c, 1))
    assert.equal(1, block_take(c))
  end)
end)

describe("a user's debug hook", function()
  it("133: is still set and firing after a mixture of all this", function()
    local hits = 0
    local function hook() hits = hits + 1 end
    debug.sethook(hook, "", 100)
    local ok, err = pcall(function()
      local c, out = chan(3, x.inc), {}
      go(function()
        for i = 1, 20 do async.park_put(c, i) end
        async.close(c)
      end)
      for value in c:iter() do out[#out + 1] = value end
      assert.same({ 2, 21, 20 }, { out[1], out[20], #out })
      block_take(async.timeout(5))
      async.block_alts { chan(), async.timeout(5) }
      pcall(block_take, chan())
      block_take(foreign.wrapper(async.timeout(1)))
      more.reported(function() go(function() error "x" end) end)
      async.run()
      more.settle()
    end)
    local now, mask, count = debug.gethook()
    local before = hits
    local function busy()
      local n = 0
      for i = 1, 1000 do n = n + i end
      return n
    end
    -- Compiled code calls no hook, whoever set it.
    if jit then jit.off(busy) end
    busy()
    debug.sethook()
    assert(ok, err)
    assert.equal(hook, now)
    assert.equal("", mask)
    assert.equal(100, count)
    assert.is_true(hits > before)
  end)
end)
