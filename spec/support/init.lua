-- What the specs share: blocking waits, transducers, recorded callbacks,
-- captured error reports, clocks, and a second interpreter.
local async = require("async")
local system = require("system") -- comes with busted; the only monotonic clock both Luas have

local support = {}

--- Channels -------------------------------------------------------------

-- Blocks the main thread until a timeout of `ms` closes; everything runnable runs.
function support.T(ms)
  return async.block_take(async.timeout(ms))
end

-- Every value up to the nil, as a list. Blocks on main, parks in a coroutine.
function support.drain(ch)
  local values = {}
  while true do
    local value = async.take(ch)
    if value == nil then return values end
    values[#values + 1] = value
  end
end

-- Calls f with every value up to the nil, in a way that can park on every Lua.
function support.each(ch, f)
  local value = async.take(ch)
  while value ~= nil do
    f(value)
    value = async.take(ch)
  end
end

-- A list that remembers calls (n counts nils too) and the callback that fills it.
function support.recorder()
  local seen = { n = 0 }
  return seen, function(value)
    seen.n = seen.n + 1
    seen[seen.n] = value
  end
end

-- Runs f(...), which must raise an error that contains `text`; returns the error.
function support.raises(text, f, ...)
  local ok, err = async.pcall(f, ...)
  if ok then error("nothing was raised, expected: " .. text, 2) end
  if not tostring(err):find(text, 1, true) then
    error(("expected an error with %q, got: %s"):format(text, tostring(err)), 2)
  end
  return err
end

-- Captures what on_error would print. With a body: for its duration, and errors
-- of the body pass through. Without: until the returned function is called.
function support.quiet_errors(body)
  local seen = {}
  local previous = async.on_error(function(report, err)
    seen[#seen + 1] = { report = report, err = err }
  end)
  local function restore() async.on_error(previous) end
  if not body then return seen, restore end
  local ok, err = pcall(body, seen)
  restore()
  if not ok then error(err, 0) end
  return seen
end

-- One cycle is not enough for what finalizers and weak tables release.
function support.collect()
  for _ = 1, 4 do collectgarbage("collect") end
end

--- Transducers ----------------------------------------------------------

-- A transducer from its step alone: step(rf, result, input).
local function stepping(step)
  return function(rf)
    return function(...)
      local count = select("#", ...)
      if count == 0 then return rf() end
      if count == 1 then return rf((...)) end
      return step(rf, ...)
    end
  end
end
support.stepping = stepping

function support.map(f)
  return stepping(function(rf, result, input) return rf(result, f(input)) end)
end

function support.filter(keep)
  return stepping(function(rf, result, input)
    if keep(input) then return rf(result, input) end
    return result
  end)
end

support.id = stepping(function(rf, result, input) return rf(result, input) end)

support.inc = support.map(function(x) return x + 1 end)

support.cat = stepping(function(rf, result, list)
  for i = 1, #list do
    result = rf(result, list[i])
    if async.is_reduced(result) then return result end
  end
  return result
end)

-- partition-all 2: the completion emits a half-filled pair.
function support.pall2(rf)
  local pair = {}
  local function emit(result)
    local full = pair
    pair = {}
    return rf(result, full)
  end
  return function(...)
    local count = select("#", ...)
    if count == 0 then return rf() end
    local result, input = ...
    if count == 1 then
      if #pair > 0 then result = emit(result) end
      return rf(result)
    end
    pair[#pair + 1] = input
    if #pair < 2 then return result end
    return emit(result)
  end
end

-- take 2: the second value passes and says reduced.
function support.tk2(rf)
  local left = 2
  return stepping(function(next_rf, result, input)
    if left > 0 then result = next_rf(result, input) end
    left = left - 1
    if left > 0 or async.is_reduced(result) then return result end
    return async.reduced(result)
  end)(rf)
end

--- Clocks ---------------------------------------------------------------

-- Milliseconds of a monotonic wall clock.
function support.now()
  return system.monotime() * 1000
end

-- Wall and CPU milliseconds that f(...) took.
function support.measure(f, ...)
  local cpu, wall = os.clock(), support.now()
  f(...)
  return support.now() - wall, (os.clock() - cpu) * 1000
end

-- Lua work on this thread until done() or until `ms` have passed; returns done().
-- The debug hook drives the library meanwhile; where there is none, step() does.
function support.busy(ms, done)
  local limit = support.now() + ms
  local nudge = async.stats().trigger == "none" and async.step or function() end
  while not done() and support.now() < limit do nudge() end
  return done()
end

--- A second interpreter -------------------------------------------------

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The interpreter that runs the specs: LUA_BIN, else the first word of its own command line.
function support.interpreter()
  local named = os.getenv("LUA_BIN")
  if named then return named end
  local words, index = _G.arg or {}, 0
  while words[index - 1] do index = index - 1 end
  if index < 0 then return words[index] end
  return _G.jit and "luajit" or "lua5.4"
end

-- Runs `source` in a fresh interpreter with the same module paths. Returns what it
-- wrote on both outputs, and the arrival time of each line (see now). The last
-- line is "exit 0" after a clean end.
function support.child(source)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(source)
  file:close()
  local pipe = assert(io.popen(table.concat({
    "env -u LUA_INIT -u LUA_PATH_5_4 -u LUA_CPATH_5_4",
    "LUA_PATH=" .. quote(package.path), "LUA_CPATH=" .. quote(package.cpath),
    "timeout 30", quote(support.interpreter()), quote(path), "2>&1; echo exit $?",
  }, " ")))
  local lines, times = {}, {}
  for line in pipe:lines() do
    lines[#lines + 1], times[#times + 1] = line, support.now()
  end
  pipe:close()
  os.remove(path)
  return lines, times
end

return support
