-- LuaJIT only: the profiler is one for the whole process, and somebody else may have it.
if not jit then return end

local more = require "spec.support.more"
local profiling = require "spec.support.profiling"

local script = profiling.script

describe("somebody else's profiler", function()
  local theirs = [[
    local profile, samples = require "jit.profile", 0
    local function start() profile.start("li1", function(_, n) samples = samples + n end) end
    local function sampled()
      local before = samples
      busy(0.2)
      return samples - before > 10
    end
    local function operations()
      local idle = async.chan()
      busy(1, function()
        for _ = 1, 100 do async.try_take(idle) end
        return not async.dispatched() or async.stats().timers == 0
      end)
    end
  ]]

  it("that runs already keeps running, and operations advance timers", script(theirs .. [[
    start()
    local state = pending(20)
    assert(async.stats().trigger == "none")
    assert(sampled() and not state.fired)
    operations()
    assert(state.fired and async.stats().batches > 0)
    assert(async.stats().trigger == "none")
    busy(1.5)
    assert(sampled())
    profile.stop()
    assert(not sampled() and not timer_runs())
    assert(async.stats().trigger == "profile")
    busy(0.01)
    local later, fired = pending(20)
    busy(1, fired)
    assert(later.fired)
  ]]))

  it("that is started later takes over, and is not stopped", script(theirs .. [[
    local first, first_fired = pending(20)
    busy(1, first_fired)
    assert(first.fired)
    local state = pending(20)
    start()
    assert(sampled() and not state.fired)
    operations()
    assert(state.fired and async.stats().trigger == "none")
    busy(1.5)
    assert(sampled())
    local later, fired = pending(20)
    assert(sampled() and not later.fired)
    profile.stop()
    busy(1, fired)
    assert(later.fired and async.stats().trigger == "profile")
  ]]))

  it("is no matter where this LuaJIT has none", function()
    -- A library that hides it, as a LuaJIT built without it would.
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write [[
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <string.h>
      void *dlsym(void *handle, const char *name) {
        static void *(*real)(void *, const char *);
        const char *versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
        for (int i = 0; i < 3 && !real; i++) real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
        return strncmp(name, "luaJIT_profile", 14) == 0 ? 0 : real(handle, name);
      }
    ]]
    file:close()
    assert.equal(0, os.execute(("cc -x c -shared -fPIC -o %s.so %s"):format(name, name)))
    local got = more.run_script(profiling.prelude .. [[
      local state, fired = pending(20)
      busy(0.1, fired)
      assert(not state.fired and not timer_runs() and async.stats().trigger == "none")
      local idle = async.chan()
      busy(1, function()
        for _ = 1, 100 do async.try_take(idle) end
        return state.fired
      end)
      assert(state.fired)
      print "ok"
    ]], 60, ("LD_PRELOAD=%s.so"):format(name))
    os.remove(name)
    os.remove(name .. ".so")
    assert.equal("ok\n", got.out, got.err)
  end)

  it("that is written in C is respected too", script [[
    ffi.cdef "void *signal(int, void *);"
    local handler = ffi.cast("void *", ffi.C.getitimer) -- never called: no such signal comes
    ffi.C.signal(27, handler)
    local state, fired = pending(20)
    assert(async.stats().trigger == "none")
    busy(0.1, fired)
    assert(not state.fired and not timer_runs())
    assert(ffi.C.signal(27, nil) == handler)
    assert(async.stats().trigger == "profile")
    async.step()
    assert(state.fired)
    local later, fired_later = pending(20)
    busy(1, fired_later)
    assert(later.fired)
  ]])

  it("keeps no go block from being suspended once it is stopped", script(theirs .. [[
    async.preempt(1)
    local function nothing() end
    local function is_suspended(before)
      local ended = false
      async.go(function()
        before()
        busy(0.2)
        ended = true
      end)
      local goes_on = not ended
      async.run()
      return goes_on
    end
    -- What the library has started or was refused less than a millisecond ago makes no difference.
    local function begun_and_stopped()
      async.go(nothing)
      start()
      profile.stop()
    end
    local function refused_and_stopped()
      start()
      async.go(nothing)
      profile.stop()
    end
    assert(is_suspended(nothing))
    for name, f in pairs { begun = begun_and_stopped, refused = refused_and_stopped, ours = profile.stop } do
      begun_and_stopped() -- so the library's does not run
      f()
      assert(is_suspended(nothing), name)
      assert(is_suspended(f), name .. " within it")
    end
    async.preempt(nil)
    start()
    assert(sampled())
    profile.stop()
    assert(not timer_runs())
  ]]))

  it("keeps no timer waiting once it is stopped", script(theirs .. [[
    start()
    local state, fired = pending(20)
    busy(0.1)
    assert(not state.fired)
    profile.stop()
    busy(1, fired)
    assert(state.fired)
  ]]))

  it("works through jit.p as ever", script [[
    local name = os.tmpname()
    pending(2000)
    require("jit.p").start("f", name)
    pending(2000)
    busy(0.3)
    require("jit.p").stop()
    local file = io.open(name)
    local text = file:read "*a"
    file:close()
    os.remove(name)
    assert(text:find "100%%" or text:find "%d+%%", text)
  ]])
end)
