-- LuaJIT only: its profiler interrupts compiled code for timers and tasks. It is one for the whole process, so
-- it has to be shared with other profilers, other Lua states and whatever the program does with signals.
if not jit then return end

local async = require "async"
local more = require "spec.support.more"
local profiling = require "spec.support.profiling"

local script = profiling.script
local chan, go, timeout, take_async = async.chan, async.go, async.timeout, async.take_async

describe("a compiled loop that calls nothing at all", function()
  before_each(function()
    async.run()
    more.collect()
  end)

  --- Wall time and processor time until the callback of a 50 ms timeout.
  local function spin()
    local wall, cpu, fired, turns = more.now(), os.clock(), false, 0
    take_async(timeout(50), function()
      wall, cpu, fired = more.now() - wall, os.clock() - cpu, true
    end)
    while not fired do turns = turns + 1 end
    return wall, cpu
  end

  --- Never early, and late seldom: other processes may take the processor.
  local function expect_in_time(run)
    local late = 0
    for _ = 1, 10 do
      local wall, cpu = run()
      assert.is_true(wall >= 0.050, "after " .. wall)
      if cpu > 0.075 then late = late + 1 end
    end
    assert.is_true(late <= 2, late .. " of 10 were late")
  end

  it("is interrupted by a 50 ms timeout after 50 to 75 ms", function() expect_in_time(spin) end)

  it("is interrupted just so inside a go block", function()
    expect_in_time(function() return more.in_go(spin) end)
  end)

  it("is interrupted just so where nothing is compiled", script [[
    jit.off()
    local fired, turns
    for _ = 1, 5 do -- other processes may take the processor
      local start = os.clock()
      fired, turns = false, 0
      async.take_async(async.timeout(50), function() fired = os.clock() - start end)
      while not fired do turns = turns + 1 end
      if fired <= 0.075 then break end
    end
    assert(fired <= 0.075, fired)
  ]])

  it("lets tasks park, fail and finish", function()
    local log, gate = {}, chan()
    local seen = more.reported(function()
      local done = false
      go(function()
        for i = 1, 3 do
          async.park_take(timeout(5))
          log[i] = i
        end
        async.park_put(gate, "through")
        async.park_take(timeout(5))
        done = true
        error "as planned"
      end)
      local finished
      take_async(go(function() return async.park_take(gate) .. " the gate" end), function(value) finished = value end)
      local turns = 0
      while not (done and finished) do turns = turns + 1 end
      assert.equal("through the gate", finished)
    end)
    assert.same({ 1, 2, 3 }, log)
    assert.equal(1, #seen)
    assert.truthy(seen[1].report:find "as planned")
  end)

  it("counts firings and batches", function()
    async.stats(true)
    spin()
    local stats = async.stats()
    assert.equal("profile", stats.trigger)
    assert.is_true(stats.batches >= 1)
    assert.is_true(stats.firings >= stats.batches)
  end)
end)

describe("tasks that the profiler runs", function()
  it("come out right after 10,000 firings, while the collector is never done", script [[
    collectgarbage("setpause", 0)
    collectgarbage("setstepmul", 100000)
    local reports = 0
    async.on_error(function(report)
      assert(report:find "planned", report)
      reports = reports + 1
    end)
    local sent, got, failed, live = 0, 0, 0, {}
    local work, sums = async.chan(), async.chan(3)
    for id = 1, 5 do
      async.go(function()
        for value in work:iter() do
          local copy = { value, tostring(value) }
          async.park_take(async.timeout(id))
          assert(copy[1] == value and copy[2] == tostring(value))
          async.park_put(sums, copy)
        end
      end)
    end
    async.go(function()
      for copy in sums:iter() do
        got = got + copy[1]
        if copy[1] % 10 == 0 then
          failed = failed + 1
          async.go(function()
            async.park_take(async.timeout(0))
            local ok, err = pcall(error, { copy })
            assert(not ok and err[1] == copy)
            error "planned"
          end)
        end
      end
    end)
    local function feed()
      async.put_async(work, sent + 1, function() live.fed = true end, false)
      sent = sent + 1
    end
    feed()
    local start, sum, turns = os.clock(), 0, 0
    local firings = async.stats().firings
    while async.stats().firings - firings < 10000 or sent < 300 do
      assert(os.clock() - start < 60)
      -- Strings, tables, upvalues and numbers that must be what they were.
      for i = 1, 200 do
        local t = { i, tostring(i) }
        sum = sum + t[1] + #t[2]
        ffi.C.raise(27)
      end
      turns = turns + 1
      if live.fed then
        live.fed = false
        feed()
      end
    end
    assert(sum == turns * (200 * 201 / 2 + 9 + 90 * 2 + 101 * 3), sum)
    assert(async.stats().batches > 50, async.stats().batches)
    async.run()
    async.close(work)
    async.run()
    assert(got == sent * (sent + 1) / 2, got)
    assert(reports == failed and failed == math.floor(sent / 10), reports)
    assert(async.stats().parked <= 1 and async.stats().timers == 0)
  ]])

  it("do not run in a finalizer", script [[
    local inside, wrong, ran = false, false, false
    local state, fired = pending(10)
    async.take_async(async.timeout(10), function() wrong = wrong or inside end)
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = function()
      inside = true
      busy(0.06)
      inside, ran = false, true
    end
    proxy = nil
    collectgarbage() collectgarbage()
    assert(ran and not wrong)
    busy(1, fired)
    assert(state.fired and not wrong)
  ]])

  it("do not run in a debug hook", script [[
    local inside, wrong, hooked = false, false, 0
    local function spin() busy(0.05) end
    jit.off(spin) jit.off(busy)
    local state, fired = pending(10)
    async.take_async(async.timeout(10), function() wrong = wrong or inside end)
    debug.sethook(function()
      hooked, inside = hooked + 1, true
      busy(0.06)
      inside = false
    end, "", 1000)
    spin()
    debug.sethook()
    assert(hooked > 0 and not wrong)
    busy(1, fired)
    assert(state.fired and not wrong)
  ]])

  it("can set a debug hook", script [[
    local hits, set = 0, false
    local function hit() hits = hits + 1 end
    async.take_async(async.timeout(10), function()
      debug.sethook(hit, "", 1)
      set = true
    end)
    busy(1, function() return set end)
    assert(set)
    local idle, limit = async.chan(), os.clock() + 1
    while hits == 0 and os.clock() < limit do async.try_take(idle) end
    local hook, mask, count = debug.gethook()
    assert(hits > 0 and hook == hit and count == 1)
    debug.sethook()
  ]])

  it("leave an overflow of the stack what it is", script [[
    local deepest = 0
    local function deep(n)
      deepest = n
      ffi.C.raise(27)
      return 1 + deep(n + 1)
    end
    async.go(function()
      while true do async.park_take(async.timeout(1)) end
    end)
    for _ = 1, 5 do
      local ok, err = pcall(deep, 1)
      assert(not ok and err:find "stack overflow", err)
      assert(deepest > 1000)
    end
    for _ = 1, 5 do
      local ok, err = coroutine.resume(coroutine.create(deep), 1)
      assert(not ok and err:find "stack overflow", err)
    end
    assert(async.stats().firings > 1000)
  ]])
end)

describe("the profiler", function()
  it("runs only while it is of use, and costs nothing afterwards", script [[
    local function benchmark()
      local best = math.huge
      for _ = 1, 5 do
        local start, list, sum = os.clock(), {}, 0
        for i = 1, 100 do list[i] = i end
        for _ = 1, 100000 do
          for i = 1, 100 do sum = sum + list[i] % 7 end
        end
        assert(sum > 0)
        best = math.min(best, os.clock() - start)
      end
      return best
    end
    assert(not timer_runs())
    async.go(function() end)
    assert(not timer_runs())
    local before = benchmark()
    local state, fired = pending(20)
    assert(timer_runs())
    busy(1, fired)
    assert(state.fired)
    busy(3, function() return not timer_runs() end)
    assert(not timer_runs())
    local firings, after = async.stats().firings, benchmark()
    assert(async.stats().firings == firings)
    assert(after < 1.25 * before, after / before)
    local again, fired_again = pending(20)
    assert(timer_runs())
    busy(1, fired_again)
    assert(again.fired)
  ]])

  it("leaves a sleeping process alone", script [[
    busy(0.01)
    local cpu = os.clock()
    async.block_take(async.timeout(1000))
    assert(timer_runs())
    assert(os.clock() - cpu < 0.005, os.clock() - cpu)
  ]])

  it("does not disturb other processes and system calls", script [[
    local state, fired = pending(400)
    for _ = 1, 3 do
      local pipe = io.popen "sleep 0.05; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i"
      assert(pipe:read "*a" == "20000\n")
      assert(pipe:close())
      assert(os.execute "sleep 0.05" == 0)
    end
    assert(timer_runs())
    busy(1, fired)
    assert(state.fired)
  ]])

  it("leaves a process that lives through a signal that comes late", script [[
    local _, fired = pending(20)
    busy(2, fired)
    assert(fired() and timer_runs())
    async.trigger "none"
    assert(not timer_runs())
    ffi.C.raise(27)
  ]])

  it("is started anew in a child of the process", script [[
    ffi.cdef "int fork(void); int waitpid(int, int *, int); void _exit(int);"
    local state, fired = pending(100)
    busy(0.01)
    local child = ffi.C.fork()
    if child == 0 then
      assert(not timer_runs())
      local again, fired_again = pending(200)
      busy(1, fired_again)
      ffi.C._exit(state.fired and again.fired and async.stats().trigger == "profile" and 0 or 1)
    end
    local status = ffi.new "int[1]"
    while ffi.C.waitpid(child, status, 0) ~= child do end
    assert(status[0] == 0, status[0])
    busy(1, fired)
    assert(state.fired)
  ]])

  it("goes with its state, and the next one can have it", script [[
    ffi.cdef "typedef struct lua_State lua_State; lua_State *luaL_newstate(void); void luaL_openlibs(lua_State *);"
    ffi.cdef "int luaL_loadstring(lua_State *, const char *); int lua_pcall(lua_State *, int, int, int);"
    ffi.cdef "const char *lua_tolstring(lua_State *, int, size_t *); void lua_close(lua_State *);"
    local function new()
      local l = ffi.C.luaL_newstate()
      ffi.C.luaL_openlibs(l)
      return l
    end
    local function run(l, code)
      local paths = ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
      local failed = ffi.C.luaL_loadstring(l, paths .. code) ~= 0 or ffi.C.lua_pcall(l, 0, 0, 0) ~= 0
      assert(not failed, failed and ffi.string(ffi.C.lua_tolstring(l, -1, nil)))
    end
    jit.off(run)
    local serve = "async = async or require 'async' local fired, n = false, 0 " ..
      "async.take_async(async.timeout(20), function() fired = true end) " ..
      "local limit = os.clock() + 1 while not fired and os.clock() < limit do n = n + 1 end "
    for _ = 1, 20 do
      local l = new()
      run(l, serve .. "assert(fired and async.stats().trigger == 'profile') async.timeout(1000)")
      assert(timer_runs())
      assert(async.stats().trigger == "none")
      ffi.C.lua_close(l)
      assert(not timer_runs())
      assert(async.stats().trigger == "profile")
    end
    -- Two at a time: the second does as well as it can without.
    local a, b = new(), new()
    run(a, serve .. "assert(fired) async.timeout(1000)")
    run(b, serve .. "assert(not fired and async.stats().trigger == 'none') async.step() assert(fired)")
    run(a, serve .. "assert(fired)")
    ffi.C.lua_close(a)
    run(b, serve .. "assert(fired and async.stats().trigger == 'profile')")
    ffi.C.lua_close(b)
    busy(0.05)
  ]])

  it("stays what it is when the state ends while it runs", script [[
    async.take_async(async.timeout(1000), function() end)
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = function()
      pcall(async.timeout, 10)
      busy(0.02)
    end
    keep = proxy
    busy(0.02)
    assert(timer_runs())
  ]])
end)
