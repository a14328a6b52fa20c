-- For the scenarios in spec/oom: tasks that run while memory is short, and what
-- may have come of them.
--
-- A task must not allocate for its own bookkeeping, or that would fail too. So
-- logs have all their entries from the start, and `warm` gives the main thread
-- a stack on which calls need no memory.
local async = require "async"

local M = {}

function M.fill(n, value)
  local t = {}
  for i = 1, n do t[i] = value end
  return t
end

--- Room for the outcomes of n operations.
function M.log(n)
  return { n = n, ok = M.fill(n, false), result = M.fill(n, false) }
end

--- Performs the i-th operation and notes its outcome.
function M.try(log, i, f, ...)
  log.ok[i], log.result[i] = pcall(f, ...)
end

--- n functions; the i-th notes what it is called with. `calls` counts.
function M.callbacks(n)
  local cb = { calls = M.fill(n, 0), got = M.fill(n, false), order = M.fill(n, 0), total = 0 }
  for i = 1, n do
    cb[i] = function(v)
      cb.calls[i], cb.got[i] = cb.calls[i] + 1, v
      cb.total = cb.total + 1
      cb.order[cb.total] = i
    end
  end
  return cb
end

local function deep(n)
  if n > 0 then
    deep(n - 1)
  end
  return n
end

--- Collects what can be collected, and stops that; calls on this thread need
--- no memory afterwards.
function M.warm()
  collectgarbage()
  collectgarbage("stop")
  deep(80)
  pcall(pcall, pcall, deep, 80)
end

--- Is this what an operation raises that found no memory?
function M.is_short(err)
  return type(err) == "string" and err:find("not enough memory", 1, true) ~= nil
end

--- The outcome of the i-th operation was a success (true), or a lack of memory.
function M.outcome(log, i)
  if not log.ok[i] then
    assert(M.is_short(log.result[i]), "operation " .. i .. " raised: " .. tostring(log.result[i]))
  end
  return log.ok[i]
end

--- Notes how many errors the library reports.
function M.listen()
  local heard = { n = 0, strange = false }
  async.on_error(function(report, err)
    heard.n = heard.n + 1
    if not M.is_short(err) then
      heard.strange = report
    end
  end)
  return heard
end

--- How many errors were reported, to the handler or in the last resort to
--- standard error. None for any other reason than memory.
function M.told(heard, said)
  assert(not heard.strange, heard.strange)
  local n = heard.n
  for _ in said:gmatch("could not be reported, perhaps for want of memory") do n = n + 1 end
  for _ in said:gmatch("async: the error handler failed: [^\n]*not enough memory") do n = n + 1 end
  return n
end

--- Tells a difference between lists in a sentence.
function M.same(got, want, what)
  local function show(t)
    local s = {}
    for i = 1, #t do s[i] = tostring(t[i]) end
    return "{" .. table.concat(s, " ") .. "}"
  end
  got, want = show(got), show(want)
  assert(got == want, what .. ": got " .. got .. ", want " .. want)
end

--- All that comes out of a channel now.
function M.drain(c)
  local values = {}
  for v in function() return async.try_take(c) end do
    values[#values + 1] = v
    assert(#values < 1000, "a channel that never runs dry")
  end
  return values
end

--- Does a channel without values still work, in both orders?
function M.usable(c, what)
  local got
  assert(async.put_async(c, "again") == true, what)
  assert(async.try_take(c) == "again", what .. " does not give what was put")
  async.take_async(c, function(v) got = v end)
  assert(async.put_async(c, "and again") == true, what)
  async.step()
  assert(got == "and again", what .. " does not serve who waits")
end

--- Nothing is left anywhere: nobody waits, nothing is queued.
function M.rested()
  async.run()
  collectgarbage("restart")
  collectgarbage()
  collectgarbage()
  local stats = async.stats()
  assert(stats.dispatched == 0, stats.dispatched .. " tasks are queued")
  assert(stats.parked == 0, stats.parked .. " operations wait")
  assert(stats.timers == 0, stats.timers .. " timers are pending")
end

return M
