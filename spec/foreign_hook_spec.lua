-- A hook that somebody else set on the main thread: a debugger, a watchdog, a coverage tool. It works on
-- while the library counts, and is there again, as it was, when nothing is pending. PUC Lua only:
-- on LuaJIT the library sets no hook at all (hook_spec.lua).
if not require("spec.support.can").hook then return end

local async = require "async"
local load = require "spec.support.load"
local raw = require "spec.support.raw"

local go, chan, timeout = async.go, async.chan, async.timeout
local take_async, put_async = async.take_async, async.put_async
local busy, arithmetic, fifty = load.busy, load.arithmetic, load.fifty

describe("a foreign hook", function()
  before_each(function() async.run() end)
  after_each(function() debug.sethook() end)

  local hooks = {
    { mask = "l", count = 0 }, { mask = "c", count = 0 }, { mask = "r", count = 0 }, { mask = "crl", count = 0 },
    { mask = "", count = 100 }, { mask = "l", count = 1000 }, { mask = "", count = 1 }, { mask = "", count = 5000 },
  }

  --- Sets the hook, does something that leaves nothing pending, and says what hook there is then.
  local function around(hook, body)
    local hits = 0
    local function mine() hits = hits + 1 end
    debug.sethook(mine, hook.mask, hook.count)
    local ok, err = pcall(body)
    local now, mask, count = raw.gethook()
    local before = hits
    for _ = 1, 10 do arithmetic() end
    local after = hits
    debug.sethook()
    assert(ok, err)
    return now == mine, mask, count, after > before
  end

  local bodies = {
    ["a blocking wait"] = function() async.block_take(timeout(5)) end,
    ["a busy wait"] = function()
      local fired = false
      take_async(timeout(15), function() fired = true end)
      busy(arithmetic, function() return fired and raw.gethook() ~= "external hook" end, 1)
    end,
    ["go blocks"] = function()
      go(function() async.park_take(timeout(5)) end)
      async.run()
    end,
    ["queued tasks"] = function()
      local c = chan()
      take_async(c, function() end)
      put_async(c, 1)
      async.run()
    end,
    ["timers made in a go block"] = function()
      local c = chan()
      go(function()
        async.park_take(c)
        take_async(timeout(5), function() end)
      end)
      put_async(c, 1)
      async.run()
    end,
  }
  for name, body in pairs(bodies) do
    it("is back as it was after " .. name, function()
      for _, hook in ipairs(hooks) do
        local same, mask, count, firing = around(hook, body)
        assert.is_true(same)
        assert.equal(#hook.mask, #mask)
        for letter in hook.mask:gmatch "." do assert.truthy(mask:find(letter, 1, true)) end
        assert.equal(hook.count, count)
        assert.is_true(firing)
      end
    end)
  end

  --- The events that a Lua hook sees while `sample` runs, with a timer pending or without.
  local function events(mask, sample, pending)
    local list, recording = {}, false
    local function note(event, line)
      if recording then list[#list + 1] = event .. tostring(line) end
    end
    debug.sethook(note, mask)
    local timer = pending and timeout(100)
    recording = true
    sample()
    recording = false
    if timer then async.block_take(timer) end
    debug.sethook()
    return list
  end

  local function sample()
    local n = 0
    for i = 1, 300 do
      n = n + i
      if i % 3 == 0 then n = n - select("#", i, i) end
    end
    return n
  end

  it("sees the same lines, calls and returns with a timer pending", function()
    for _, mask in ipairs { "l", "c", "r", "crl" } do
      local plain, timed = events(mask, sample), events(mask, sample, true)
      assert.is_true(#plain > 0)
      assert.same(plain, timed)
    end
  end)

  it("that counts keeps about its own pace while timers run", function()
    local function hits_in_fixed_work(pending)
      local hits = 0
      debug.sethook(function() hits = hits + 1 end, "", 500)
      local timer = pending and timeout(500)
      local before = hits
      for _ = 1, 2000 do arithmetic() end
      local found = hits - before
      if timer then async.block_take(timer) end
      debug.sethook()
      return found
    end
    local plain, timed = hits_in_fixed_work(), hits_in_fixed_work(true)
    assert.is_true(timed > plain * 0.8 and timed < plain * 1.25, ("%d against %d"):format(timed, plain))
  end)

  it("does not keep a timer from firing in a busy loop", function()
    for _, hook in ipairs(hooks) do
      debug.sethook(function() end, hook.mask, hook.count)
      local wall = fifty(arithmetic)
      debug.sethook()
      assert.is_true(wall >= 0.050)
    end
  end)

  it("on many coroutines, dead since, does not keep timers from firing", function()
    local function mine() end
    timeout(1500) -- something is pending all the time
    for _ = 1, 40 do
      local c, began = chan(), nil
      go(function()
        debug.sethook(mine, "l")
        async.park_take(timeout(1))
        began = true
        busy(arithmetic, function() return false end, 0.001)
        async.park_take(c)
      end)
      busy(arithmetic, function() return began end, 0.1)
    end
    collectgarbage()
    collectgarbage()
    debug.sethook(mine, "", 1000)
    local wall = fifty(arithmetic)
    assert.is_true(wall >= 0.050)
  end)

  it("set while a timer is pending is kept", function()
    local hits, fired = 0, false
    local function mine() hits = hits + 1 end
    take_async(timeout(20), function() fired = true end)
    debug.sethook(mine, "", 1000)
    busy(arithmetic, function() return fired end, 1)
    async.run()
    local now, _, count = debug.gethook()
    assert.equal(mine, now)
    assert.equal(1000, count)
    assert.is_true(hits > 0)
    assert.is_true(fired)
  end)

  it("removed while a timer is pending stays removed", function()
    local function mine() end
    debug.sethook(mine, "l")
    local fired = false
    take_async(timeout(20), function() fired = true end)
    debug.sethook()
    async.run()
    assert.is_true(fired)
    assert.is_nil((debug.gethook()))
  end)

  it("that raises, as a watchdog does, stops the code it watches", function()
    local stopped, armed = 0, false
    debug.sethook(function()
      if not armed then return end
      stopped = stopped + 1
      error "time is up"
    end, "", 10000)
    local ok, err = pcall(function()
      take_async(timeout(10), function() end)
      armed = true
      busy(arithmetic, function() return false end, 1)
    end)
    armed = false
    async.run()
    assert.is_not_nil((debug.gethook()))
    debug.sethook()
    assert.is_false(ok)
    assert.truthy(tostring(err):find("time is up", 1, true))
    assert.equal(1, stopped)
  end)
end)
