-- mix: several channels into one, with inputs that can be muted, paused or made solos.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, mix, admix, toggle, close = async.chan, async.mix, async.admix, async.toggle, async.close
local put_async, block_take, poll, settle = async.put_async, async.block_take, async.try_take, more.settle

local function sorted(list)
  table.sort(list)
  return list
end

-- What comes out by itself.
local function come_out(out)
  settle()
  local values = {}
  for value in function() return poll(out) end do
    values[#values + 1] = value
    settle()
  end
  return values
end

-- Puts without waiting; returns a function that tells whether the put was accepted.
local function put(channel, value)
  local answer
  put_async(channel, value, function(accepted) answer = accepted end)
  return function()
    settle()
    return answer
  end
end

describe("mix", function()
  it("122: brings together what all inputs bring", function()
    local out = chan()
    local m = mix(out)
    for _, values in ipairs { { 1, 2, 3 }, { 4, 5, 6 } } do
      local input = chan(3)
      for _, value in ipairs(values) do put_async(input, value) end
      admix(m, input)
    end
    local got = {}
    for i = 1, 6 do got[i] = block_take(out) end
    assert.same({ 1, 2, 3, 4, 5, 6 }, sorted(got))
    settle()
    assert.is_nil(poll(out))
    assert.is_false(out.closed)
  end)

  it("122: takes 2048 inputs that are added one by one, each with a put that waits", function()
    local out = chan()
    local m = mix(out)
    local sum = 0
    async.go(function()
      for i = 1, 2048 do
        local input = chan()
        put_async(input, i)
        admix(m, input)
        if i % 100 == 0 then coroutine.yield() end
      end
    end)
    for _ = 1, 2048 do sum = sum + block_take(out) end
    assert.equal(2048 * 2049 / 2, sum)
  end)

  it("123: consumes a muted input and passes nothing on", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    admix(m, x)
    toggle(m, { [y] = { mute = true } })
    settle()
    local x_put, y_put = put(x, "x"), put(y, "y")
    assert.is_true(x_put())
    assert.is_true(y_put())
    assert.same({ "x" }, come_out(out))
  end)

  it("123: does not read a paused input until it goes on", function()
    local out, x = chan(9), chan()
    local m = mix(out)
    toggle(m, { [x] = { pause = true } })
    settle()
    local accepted = put(x, "v")
    assert.is_nil(accepted())
    assert.same({}, come_out(out))
    toggle(m, { [x] = { pause = false } })
    assert.is_true(accepted())
    assert.same({ "v" }, come_out(out))
  end)

  it("124: drops what comes beside a solo, in the mode mute", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    async.solo_mode(m, "mute")
    admix(m, y)
    toggle(m, { [x] = { solo = true } })
    settle()
    local y_put, x_put = put(y, "y"), put(x, "x")
    assert.is_true(y_put())
    assert.is_true(x_put())
    assert.same({ "x" }, come_out(out))
  end)

  it("124: reads nothing beside a solo, in the mode pause", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    async.solo_mode(m, "pause")
    admix(m, y)
    toggle(m, { [x] = { solo = true } })
    settle()
    local y_put, x_put = put(y, "y"), put(x, "x")
    assert.is_true(x_put())
    assert.is_nil(y_put())
    assert.same({ "x" }, come_out(out))
    toggle(m, { [x] = { solo = false } })
    assert.is_true(y_put())
    assert.same({ "y" }, come_out(out))
  end)

  for _, mode in ipairs { "mute", "pause" } do
    it("124: passes on a solo that is muted, in the mode " .. mode, function()
      local out, x = chan(9), chan()
      local m = mix(out)
      async.solo_mode(m, mode)
      toggle(m, { [x] = { solo = true, mute = true } })
      settle()
      put(x, "v")
      assert.same({ "v" }, come_out(out))
    end)
  end

  it("124: reads a solo that is paused in the mode pause, and not in the mode mute", function()
    for mode, accepted in pairs { mute = false, pause = true } do
      local out, x = chan(9), chan()
      local m = mix(out)
      async.solo_mode(m, mode)
      toggle(m, { [x] = { solo = true, pause = true } })
      settle()
      assert.equal(accepted, put(x, "v")() or false)
    end
  end)

  it("125: refuses another mode than mute and pause", function()
    local m = mix(chan())
    support.raises('async.solo_mode (solo-mode): "mute" or "pause" expected, got "foo" (argument 2)',
      async["solo-mode"], m, "foo")
    support.raises("got nil", m.solo_mode, m)
  end)

  it("125: goes on without an input that is closed", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    admix(m, x)
    admix(m, y)
    settle()
    assert.truthy(tostring(m):find "2 inputs")
    close(x)
    settle()
    assert.truthy(tostring(m):find "1 input%)")
    put(y, "v")
    assert.same({ "v" }, come_out(out))
    assert.is_false(out.closed)
  end)

  it("125: forgets a closed solo, so that the others are heard again", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    admix(m, y)
    toggle(m, { [x] = { solo = true } })
    settle()
    close(x)
    settle()
    put(y, "v")
    assert.same({ "v" }, come_out(out))
  end)

  it("125: stops when its output is closed", function()
    local out, x = chan(), chan()
    local m = mix(out)
    admix(m, x)
    settle()
    close(out)
    local first, second = put(x, 1), put(x, 2)
    assert.is_true(first())
    assert.is_nil(second())
    assert.truthy(tostring(m):find "ended")
    admix(m, chan())
    assert.truthy(tostring(m):find "ended")
  end)

  it("takes inputs out again", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    admix(m, x)
    admix(m, y)
    async.unmix(m, x)
    settle()
    local x_put, y_put = put(x, "x"), put(y, "y")
    assert.is_nil(x_put())
    assert.is_true(y_put())
    async.unmix_all(m)
    settle()
    assert.is_nil(put(y, "y2")())
    assert.same({ "y" }, come_out(out))
  end)

  it("merges the flags of several inputs in one toggle", function()
    local out, x, y, z = chan(9), chan(), chan(), chan()
    local m = mix(out)
    toggle(m, { [x] = { mute = true }, [y] = { pause = true }, [z] = {} })
    toggle(m, { [x] = { pause = true }, [y] = { pause = false } })
    settle()
    local x_put, y_put, z_put = put(x, "x"), put(y, "y"), put(z, "z")
    assert.is_nil(x_put())
    assert.is_true(y_put())
    assert.is_true(z_put())
    toggle(m, { [x] = { pause = false } })
    assert.is_true(x_put())
    assert.same({ "y", "z" }, sorted(come_out(out)))
  end)

  it("an admix of a known input takes its flags away", function()
    local out, x = chan(9), chan()
    local m = mix(out)
    toggle(m, { [x] = { mute = true } })
    admix(m, x)
    settle()
    put(x, "v")
    assert.same({ "v" }, come_out(out))
  end)

  it("lets a slow output hold the inputs back", function()
    local out, x = chan(), chan()
    local m = mix(out)
    admix(m, x)
    settle()
    assert.is_true(put(x, 1)())
    assert.is_nil(put(x, 2)())
    assert.same({ 1, 2 }, { block_take(out), block_take(out) })
  end)

  it("changes nothing when one of the flags is wrong", function()
    local m = mix(chan())
    local x, y = chan(), chan()
    support.raises("async.toggle: mute, pause or solo expected, got loud (argument 2)",
      toggle, m, { [x] = { mute = true }, [y] = { loud = true } })
    support.raises("async.toggle: channels expected as keys, got number", toggle, m, { { mute = true } })
    support.raises("async.toggle: a table of flags expected for each channel, got string",
      toggle, m, { [x] = "mute" })
    support.raises("async.toggle: table expected, got nil (argument 2)", toggle, m)
    assert.truthy(tostring(m):find "0 inputs")
  end)

  it("names the function and the argument that is wrong", function()
    support.raises("async.mix: channel expected, got nil (argument 1)", mix)
    support.raises("async.admix: mix expected, got nil (argument 1)", admix, nil, chan())
    support.raises("async.admix: channel expected, got nil (argument 2)", admix, mix(chan()))
    support.raises("async.unmix: channel expected, got nil (argument 2)", async.unmix, mix(chan()))
    support.raises("async.unmix_all (unmix-all): mix expected", async.unmix_all, {})
    support.raises("async.solo_mode (solo-mode): mix expected", async.solo_mode, {}, "mute")
  end)

  it("has methods and the protocol's methods", function()
    local out, x, y = chan(9), chan(), chan()
    local m = mix(out)
    assert.equal(out, m["muxch*"](m))
    m:admix(x)
    m:toggle { [y] = { solo = true } }
    m:solo_mode "pause"
    settle()
    assert.is_nil(put(x, "x")())
    m:unmix(y)
    assert.same({ "x" }, come_out(out))
    m:unmix_all()
    m["toggle*"](m, { [y] = { mute = true } })
    m["admix*"](m, x)
    m["solo-mode*"](m, "mute")
    m["unmix*"](m, y)
    settle()
    put(x, "again")
    assert.same({ "again" }, come_out(out))
    m["unmix-all*"](m)
    settle()
    assert.truthy(tostring(m):find "^Mix: 0x%x+ %(0 inputs%)$")
  end)

  it("accepts an object with these methods as a mix", function()
    local calls, mine = {}, {}
    for _, name in ipairs { "admix*", "unmix*", "unmix-all*", "toggle*", "solo-mode*" } do
      mine[name] = function(_, ...) calls[#calls + 1] = { name, ... } end
    end
    local c = chan()
    local states = { [c] = { solo = true } }
    admix(mine, c)
    async.unmix(mine, c)
    async["unmix-all"](mine)
    toggle(mine, states)
    async["solo-mode"](mine, "pause")
    assert.same({
      { "admix*", c }, { "unmix*", c }, { "unmix-all*" }, { "toggle*", states }, { "solo-mode*", "pause" },
    }, calls)
  end)
end)

describe("a mix that is over", function()
  it("leaves nothing that waits and no task", function()
    local parked = more.parked()
    local out, x = chan(1), chan(1)
    local m = mix(out)
    admix(m, x)
    settle()
    close(out)
    put_async(x, "v")
    settle()
    assert.equal(0, async.dispatched())
    assert.equal(parked, async.stats().parked)
    assert.truthy(tostring(m):find "ended")
  end)

  it("is collected when nobody can reach its channels", function()
    local held = setmetatable({}, { __mode = "k" })
    local parked = more.parked()
    local out = chan(1)
    local function make()
      local x, m = chan(), mix(out)
      admix(m, x)
      held[x], held[m] = true, true
    end
    make()
    settle()
    assert.is_true(async.stats().parked > parked)
    more.collect()
    assert.is_nil(next(held))
    assert.equal(parked, async.stats().parked)
    assert.is_false(out.closed)
  end)

  it("lives as long as an input can be reached, and does not hold what was taken out", function()
    local held = setmetatable({}, { __mode = "k" })
    local out, x = chan(1), chan()
    local function make()
      local m, y = mix(out), chan()
      admix(m, x)
      admix(m, y)
      settle()
      async.unmix(m, y)
      settle()
      held[y] = true
    end
    make()
    more.collect()
    assert.is_nil(next(held))
    put_async(x, "v")
    assert.equal("v", block_take(out))
  end)
end)
