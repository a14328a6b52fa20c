-- Operations called where the stack is nearly used up: they may fail, but not halfway.
local more = require "spec.support.more"

local script = [[
  local async = require "async"
  async.on_error(function() end)
  local unpack = table.unpack or unpack
  local padding = {}
  for i = 1, 240 do padding[i] = i end

  local function identity(step)
    return function(...) return step(...) end
  end
  local foreign = setmetatable({
    ["put!"] = function(_, _, handler)
      handler:commit()
      return { true }
    end,
  }, { __index = getmetatable(async.chan()).__index })

  local uses = {
    function(s)
      async.put_async(s.one, 1)
      async.try_take(s.one)
    end,
    function(s)
      async.take_async(s.none, function() end)
      async.put_async(s.none, 1)
    end,
    function(s)
      async.go(function() async.park_take(s.none) end)
      async.put_async(s.none, 1)
    end,
    function(s)
      async.block_alts({ s.none, { s.one, 1 } }, "default", 1)
      async.try_take(s.one)
    end,
    function(s)
      async.go(function() async.park_alts { s.none, s.other } end)
      async.put_async(s.none, 1)
    end,
    function(s)
      async.put_async(s.xform, 1)
      async.try_take(s.xform)
    end,
    function()
      local c = async.chan(2, identity)
      for i = 1, 4 do async.put_async(c, i) end
      async.close(c)
      for _ = 1, 5 do async.try_take(c) end
    end,
    function() async.block_take(async.go(function() return 1 end)) end,
    function() async.block_take(async.timeout(0)) end,
    function(s)
      pcall(async.put_async, s.one, nil)
      pcall(async.chan, {})
    end,
    function() async.step() end,
    function() async.take_async(async.timeout(0), function() end) end,
    function(s) return tostring(s.one), async.stats(), async.buffer(3), async.promise_chan() end,
    function()
      async.put_async(foreign, 1)
      async.block_put(foreign, 1)
    end,
  }

  -- Each level takes a piece of the stack, so that the end comes at every place in turn.
  local function deeper(use, state, ...)
    use(state)
    return 1 + deeper(use, state, ...)
  end

  local function roundtrip(c, value)
    assert(async.put_async(c, value) == true)
    local got = async.try_take(c)
    assert(got == value, tostring(got))
  end

  for number, use in ipairs(uses) do
    for length = 100, 240, 47 do
      local state = { one = async.chan(1), none = async.chan(), other = async.chan(), xform = async.chan(1, identity) }
      for _, run in ipairs { pcall, function(...) return coroutine.resume(coroutine.create(...)) end } do
        local ok, err = run(deeper, use, state, unpack(padding, 1, length))
        assert(not ok and type(err) == "string")
      end
      for _ = 1, 10000 do
        if async.dispatched() == 0 then break end
        async.step(1000)
      end
      while async.try_take(state.one) do end
      while async.try_take(state.xform) do end
      roundtrip(state.one, number)
      roundtrip(state.xform, number)
      assert(async.block_take(async.go(function() return number end)) == number)
    end
    collectgarbage()
  end
  print "ok"
]]

describe("operations at the end of the stack", function()
  it("fail or work, and the channels work on", function() more.expect_ok(script, 100) end)
end)
