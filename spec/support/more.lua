-- Helpers for specs that need a clock, a second process, or the errors that were reported.
local async = require "async"
local support = require "spec.support.init"
local system = require "system" -- comes with busted

local M = {}
local unpack = table.unpack or unpack

local function pack(...)
  return { n = select("#", ...), ... }
end

M.pack = pack
M.recorder = support.recorder

--- Seconds on a clock that never goes back.
M.now = system.monotime

--- Blocks this thread without telling the library.
M.nap = system.sleep

--- Runs queued tasks until none is left; timers that are not due stay.
function M.settle()
  for _ = 1, 10000 do
    if async.dispatched() == 0 then return end
    async.step(1024)
  end
  error "the task queue does not become empty"
end

--- Steps until `done()` is true; at most `seconds` (2).
function M.wait_for(done, seconds)
  local limit = M.now() + (seconds or 2)
  while not done() do
    if M.now() > limit then error("it did not happen in time", 2) end
    async.block_take(async.timeout(1))
  end
end

--- Runs `body(attempt)` from an empty queue, again if the library ran tasks of itself meanwhile:
--- the results of a time when it did not.
function M.undisturbed(body)
  for attempt = 1, 100 do
    M.settle()
    local before = async.stats().batches
    local results = pack(body(attempt))
    if async.stats().batches == before then return unpack(results, 1, results.n) end
  end
  error "tasks ran meanwhile in every attempt"
end

--- Runs `body` in a go block to its end: its results, or its error.
function M.in_go(body, ...)
  local args, results = pack(...), nil
  local finished = async.go(function()
    results = pack(async.pcall(body, unpack(args, 1, args.n)))
  end)
  async.block_take(finished)
  assert(results, "the go block never ended")
  if not results[1] then error(results[2], 0) end
  return unpack(results, 2, results.n)
end

--- Every error reported while `body` ran and its tasks settled: a list of {report=, err=}.
function M.reported(body)
  return support.quiet_errors(function()
    body()
    M.settle()
  end)
end

--- Overwrites what earlier calls left on the stack above us, which a collector may still see.
local function scrub(depth)
  local a, b, c, d, e, f, g, h = nil, nil, nil, nil, nil, nil, nil, nil
  if depth > 0 then a = scrub(depth - 1) end
  return a or b or c or d or e or f or g or h
end

--- Full collection, more than once, since a finalizer may free more.
function M.collect()
  if jit then jit.flush() end -- compiled code keeps what it was compiled for
  scrub(30)
  for _ = 1, 3 do collectgarbage "collect" end
end

--- How many operations wait when nothing is left to run and to collect.
function M.parked()
  M.settle()
  M.collect()
  return async.stats().parked
end

local function slurp(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(name)
  return text
end

--- Runs Lua text in a process of its own: {status=, out=, err=}.
--- A crash shows as a status above 128, a hang as 124 or 137.
function M.run_script(code, seconds, environment)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  local prelude = ("package.path, package.cpath = %q, %q "):format(package.path, package.cpath)
  file:write((prelude:gsub("\n", " ")), code)
  file:close()
  local command = "timeout -k 5 %d env %s %s %s >%s.out 2>%s.err; echo $?"
  local interpreter = support.interpreter()
  local pipe = assert(io.popen(command:format(seconds or 60, environment or "", interpreter, name, name, name)))
  local status = tonumber(pipe:read "*a")
  pipe:close()
  os.remove(name)
  return { status = status, out = slurp(name .. ".out"), err = slurp(name .. ".err") }
end

--- Runs the interpreter with these arguments: what it wrote on both outputs, and a last line "exit 0".
--- With `source`, the file that holds it takes the place of %FILE; `env` are further variables, "NAME=value".
function M.output(arguments, source, env)
  local name = os.tmpname()
  if source then
    local file = assert(io.open(name, "wb"))
    file:write(source)
    file:close()
    arguments = arguments:gsub("%%FILE", name)
  end
  local command = ("env %s LUA_PATH='%s' LUA_CPATH='%s' timeout 30 '%s' %s 2>&1; echo exit $?"):format(
    env or "", package.path, package.cpath, support.interpreter(), arguments)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  os.remove(name)
  return text
end

--- Runs a script that has to exit with 0 after it printed `ok` as its last line.
function M.expect_ok(code, seconds)
  local got = M.run_script(code, seconds)
  if got.status ~= 0 or not got.out:find "ok\n$" then
    error(("exit status %s\n%s\n%s"):format(got.status, got.out, got.err), 2)
  end
  return got
end

return M
