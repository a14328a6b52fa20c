-- A program under debug hooks of every mask, in a process of its own: `run("plain", "lua")` without the library,
-- `run("timed", "lua")` with timers that fire all the while; "c" for hooks in C. It prints what the hooks have
-- seen, in blocks, and both must print the same. With a third argument it prints all of it.
local hooklog = require "hooklog"

local BLOCK = 500

local M = {}

--- What the program calls, the same C functions in name and number of results, and what differs.
local function world(mode)
  if mode == "plain" then
    local w = { take = select, timeout = math.abs, park = coroutine.yield, fired = 0, drain = function() end }
    function w.block(f)
      local co = coroutine.create(f)
      while coroutine.status(co) ~= "dead" do assert(coroutine.resume(co)) end
    end
    return w
  end
  local async = require "async"
  local w = { take = async.take_async, timeout = async.timeout, park = async.park_take, fired = 0 }
  --- Work within a callback, whose instructions are nobody's business.
  local function work()
    local n = 0
    for i = 1, 700 do n = n + i % 3 end
    return n
  end
  function w.again()
    if w.over then return end
    w.fired = w.fired + 1
    work()
    async.take_async(async.timeout(2), w.again)
  end
  function w.start()
    w.over = false
    for _ = 1, 3 do w.again() end
    for i = 1, 3 do
      async.go(function()
        while not w.over do
          async.park_take(async.timeout(i))
          work()
          w.fired = w.fired + 1
        end
      end)
    end
  end
  function w.block(f) async.block_take(async.go(f)) end
  function w.drain()
    w.over = true
    async.run()
  end
  async.track_coroutines()
  return w
end

--- Code of all sorts. `k` says how much.
local Point = {}
Point.__index = Point
function Point.__add(a, b) return setmetatable({ x = a.x + b.x }, Point) end
function Point.__lt(a, b) return a.x < b.x end
function Point:moved(by) return setmetatable({ x = self.x + by }, Point) end

local function tail(n)
  if n <= 0 then return "end" end
  return tail(n - 1)
end

local function deep(n)
  if n > 0 then
    local below = deep(n - 1)
    return below + 1
  end
  return 0
end

local function each(...)
  local sum = 0
  for i = 1, select("#", ...) do
    sum = sum + (select(i, ...))
  end
  return sum
end

local function counter(n)
  return function(_, i)
    if i < n then return i + 1 end
  end, nil, 0
end

local function sample(k, watch)
  local total = 0
  for round = 1, k do
    local p = setmetatable({ x = round }, Point)
    p = p:moved(2) + p
    if p < setmetatable({ x = 5 }, Point) then total = total + 1 end
    for i in counter(5) do
      total = total + i
    end
    local s = ("a,b,c"):gsub("%a", function(letter)
      return letter .. round
    end)
    total = total + #s + each(1, 2, 3)
    local ok, err = pcall(function()
      if round % 2 == 0 then error("even", 0) end
      return tail(3)
    end)
    if not ok then total = total + #tostring(err) end
    if round % 4 == 0 then
      local gen = coroutine.wrap(function(n)
        if watch then watch() end
        for i = 1, n do
          coroutine.yield(i)
        end
        return 0
      end)
      total = total + gen(3) + gen() + gen()
    end
    local list = { 3, 1, 2 }
    table.sort(list, function(a, b) return a < b end)
    while list[#list] do list[#list] = nil end
    total = total + deep(4)
  end
  return total
end

local INFO = rawget(_G, "utf8") and _VERSION ~= "Lua 5.3" and "nSlr" or "nSl"

--- A hook in Lua that writes down what it sees.
local function lua_log()
  local list, n, raises, steps = {}, 0, 0, 0
  local format, getinfo, getlocal, tostring = string.format, debug.getinfo, debug.getlocal, tostring
  local function note(event, line)
    n = n + 1
    local info = getinfo(2, INFO)
    local name, value = nil, nil
    if event ~= "tail return" then name, value = getlocal(2, 1) end
    -- What has no name is what the stack happened to have there.
    if name and name:find("(", 1, true) then name, value = nil, nil end
    if type(value) == "table" or type(value) == "function" then value = type(value) end
    list[n] = format("%s %s %s %s %s:%s %s %s=%s %s", event, tostring(line), tostring(info.name), info.what,
      info.short_src, info.linedefined, info.currentline, tostring(name), tostring(value),
      tostring(info.what ~= "C" and info.ftransfer))
    if steps > 0 and n % steps == 0 then
      local f, mask, count = debug.gethook()
      list[n] = list[n] .. (" %s %s %s"):format(tostring(f == M.note), tostring(mask), tostring(count))
      debug.sethook(M.note, n % (2 * steps) == 0 and M.mask or "l", n % (2 * steps) == 0 and M.count or 900)
    end
    if raises > 0 and n % raises == 0 then error("raised by the hook", 0) end
  end
  local function set(by, step) raises, steps = by or 0, step or 0 end
  local function take()
    local found = list
    list, n = {}, 0
    return found
  end
  return note, take, set
end

--- How hooks are set, whoever has written them.
local function lua_hooks()
  local note, take, set = lua_log()
  local sethook, gethook = debug.sethook, debug.gethook
  return {
    set = function(mask, count, co, raises, steps)
      M.note, M.mask, M.count = note, mask, count
      set(raises, steps)
      if co then sethook(co, note, mask, count) else sethook(note, mask, count) end
    end,
    clear = function(co) if co then sethook(co) else sethook() end end,
    what = function()
      local f, mask, count = gethook()
      return tostring(f == note or f), tostring(mask), tostring(count)
    end,
    take = take,
  }
end

local function c_hooks()
  return {
    set = function(mask, count, co, raises) hooklog.set(mask, count, raises or 0, co) end,
    yields = function(co, mask, count) hooklog.set(mask, count, 0, co, true) end,
    clear = function(co) hooklog.clear(co) end,
    what = function()
      local f, mask, count = debug.gethook()
      return tostring(f), tostring(mask), tostring(count)
    end,
    take = function()
      local list = {}
      for line in hooklog.take():gmatch "[^\n]+" do list[#list + 1] = line end
      return list
    end,
  }
end

--- Prints a log.
local function show(title, list, full)
  print(("%s: %d events"):format(title, #list))
  if full then print(table.concat(list, "\n")) return end
  for first = 1, #list, BLOCK do
    local last = math.min(first + BLOCK - 1, #list)
    print(("%s from %d: %s"):format(title, first, hooklog.hash(table.concat(list, "\n", first, last))))
  end
end

--- The same order in every process.
local function in_order(t)
  local keys, i = {}, 0
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return function()
    i = i + 1
    return keys[i], t[keys[i]]
  end
end

local scenes = {}

--- The hook is there first, and timers come and go.
function scenes.before(w, hooks, mask, count, k)
  local take, timeout = w.take, w.timeout
  hooks.set(mask, count)
  take(timeout(3), type)
  local total = sample(k)
  take(timeout(3), type)
  total = total + sample(k)
  hooks.clear()
  return total
end

--- It is set while timers run, changed and cleared.
function scenes.changed(w, hooks, mask, count, k)
  local take, timeout = w.take, w.timeout
  take(timeout(1), type)
  local total = sample(5)
  hooks.set(mask, count)
  take(timeout(1), type)
  print(hooks.what())
  total = total + sample(k)
  hooks.set("c", 0)
  print(hooks.what())
  total = total + sample(5)
  hooks.set("", 1009)
  take(timeout(1), type)
  total = total + sample(k)
  hooks.clear()
  print(hooks.what())
  take(timeout(1), type)
  total = total + sample(5)
  hooks.set(mask, count)
  total = total + sample(k)
  print(hooks.what())
  hooks.clear()
  print(hooks.what())
  return total
end

--- In a go block that parks: the hook goes and comes in the middle of a count.
function scenes.block(w, hooks, mask, count, k)
  local park, timeout = w.park, w.timeout
  w.block(function()
    hooks.set(mask, count)
    for _ = 1, 10 do
      sample(math.ceil(k / 10))
      park(timeout(2))
    end
    print(hooks.what())
    hooks.clear()
  end)
end

--- In coroutines that get the hook from outside, as coverage tools and debuggers see to it.
function scenes.coroutines(w, hooks, mask, count, k)
  local total = 0
  for _ = 1, 10 do
    local co = coroutine.create(function(n)
      for _ = 1, 5 do
        n = n + sample(math.ceil(k / 50))
        coroutine.yield(n)
      end
    end)
    hooks.set(mask, count, co)
    w.take(w.timeout(1), type)
    while coroutine.status(co) ~= "dead" do
      local _, value = coroutine.resume(co, 1)
      total = total + (value or 0)
    end
    hooks.clear(co) -- 5.1 would call it in another at the same address
  end
  return total
end

--- The hook raises errors now and then, as a watchdog does.
function scenes.raised(w, hooks, mask, count, k)
  local stopped = 0
  hooks.set(mask, count, nil, 61)
  w.take(w.timeout(1), type)
  for _ = 1, k do
    if not pcall(sample, 1) then stopped = stopped + 1 end
  end
  hooks.clear()
  return stopped
end

--- Steps as a debugger does: the hook sets another, and looks at which is set.
function scenes.steps(w, hooks, mask, count, k)
  hooks.set(mask, count, nil, 0, 50)
  w.take(w.timeout(1), type)
  local total = sample(k)
  hooks.clear()
  return total
end

local function simple(k)
  local total = 0
  for i = 1, k do
    total = total + deep(3) + i % 3
    if tail(2) == "end" then
      total = total +
        each(i, i)
    end
  end
  return total
end

--- The hook makes the coroutine yield, which one in Lua cannot.
function scenes.yielded(w, hooks, mask, count, k)
  if not hooks.yields then return end
  local co = coroutine.create(simple)
  hooks.yields(co, mask, count)
  w.take(w.timeout(1), type)
  local turns = 0
  -- 5.1 comes back to where it was, and may call the hook there again.
  while coroutine.status(co) ~= "dead" and turns < 500 do
    -- One that has yielded in a hook gets no values.
    if turns == 0 then coroutine.resume(co, k) else coroutine.resume(co) end
    turns = turns + 1
  end
  return turns
end

M.MASKS = {
  { "l", 0 }, { "c", 0 }, { "r", 0 }, { "crl", 0 }, { "", 1 }, { "", 7 }, { "", 100 }, { "", 1000 }, { "", 100000 },
  { "l", 1 }, { "l", 7 }, { "l", 1000 }, { "cr", 100 }, { "crl", 37 }, { "c", 100000 }, { "r", 3 }, { "cr", 5000 },
}

--- How many rounds of the sample take long enough for timers to fire.
local function rounds(mask, count, quick)
  if mask == "" and count >= 100 then return 400 end
  return (quick or count >= 5000) and 120 or 30
end

local function play(w, title, scene, hooks, mask, count, k, full)
  local before = w.fired
  local ok, result = pcall(scene, w, hooks, mask, count, k)
  hooks.clear()
  show(title, hooks.take(), full)
  print(title, ok, (tostring(result):gsub("^.*raised", "raised")))
  return w.fired - before
end

function M.run(mode, kind, full)
  local w = world(mode)
  local cases, quiet = 0, 0
  if w.start then w.start() end
  local make = kind == "c" and c_hooks or lua_hooks
  for _, m in ipairs(M.MASKS) do
    for scene, f in in_order(scenes) do
      local title = ("%s hook %q %d %s"):format(kind, m[1], m[2], scene)
      local fired = play(w, title, f, make(), m[1], m[2], rounds(m[1], m[2], kind == "c"), full)
      cases = cases + 1
      if fired == 0 then quiet = quiet + 1 end
    end
  end
  w.drain()
  if mode == "timed" then print(("%d cases, %d without a task"):format(cases, quiet)) end
end

return M
