-- What the module does, shown with measurements on this machine.
-- Run it with `make demo`, or with any Lua that finds the module: lua examples/demo.lua
local gethook = debug.gethook -- the library puts one in its place that does not show its own hook
local async = require("async")

local clock = os.clock
local chan, put, take, go, alts, timeout =
  async.chan, async.put, async.take, async.go, async.alts, async.timeout

local function title(text) print("\n" .. text) end
local function say(label, format, ...) print(("  %-46s " .. format):format(label, ...)) end

-- Plain Lua that knows nothing of channels; its time shows what the module costs others.
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

-- The best of nine times, in milliseconds of CPU time.
local function milliseconds_of(work, ...)
  local best = math.huge
  for _ = 1, 9 do
    local start = clock()
    work(...)
    best = math.min(best, (clock() - start) * 1000)
  end
  return best
end

print(("async %s on %s"):format(async._VERSION, jit and jit.version or _VERSION))

title("10,000 go blocks, each parked on a channel of its own")
do
  local count, channels, answers = 10000, {}, {}
  local before = milliseconds_of(fib, 24)
  collectgarbage()
  local kilobytes = collectgarbage("count")

  local start = clock()
  for i = 1, count do
    channels[i] = chan()
    answers[i] = go(function() return take(channels[i]) * 2 end)
  end
  say("created and parked in", "%.1f ms", (clock() - start) * 1000)

  collectgarbage()
  say("memory for each, with closure and two channels", "%.1f kB",
    (collectgarbage("count") - kilobytes) / count)
  say("parked operations, by async.stats()", "%d", async.stats().parked)
  say("a computation before", "%.2f ms", before)
  say("the same computation with all of them parked", "%.2f ms", milliseconds_of(fib, 24))

  start = clock()
  for i = 1, count do put(channels[i], i) end
  local sum = 0
  for i = 1, count do sum = sum + take(answers[i]) end
  say("all woken, and each answered, in", "%.1f ms", (clock() - start) * 1000)
  assert(sum == count * (count + 1), "an answer is missing")
  say("parked operations now", "%d", async.stats().parked)
end

title("A timeout of 50 ms while the main program computes")
do
  local turns, turns_when_fired, fired_after = 0, nil, nil
  local start = clock()
  async.take_async(timeout(50), function()
    turns_when_fired, fired_after = turns, (clock() - start) * 1000
  end)
  -- Nothing in this loop calls the library.
  while not fired_after and clock() - start < 0.2 do
    turns = turns + 1
    fib(10)
  end
  if fired_after then
    say("its callback ran after", "%.1f ms of CPU time", fired_after)
    say("in turn of the loop", "%d", turns_when_fired)
  else
    say("callback during 200 ms of computation", "no: nothing interrupts compiled code here")
    async.step() -- any operation would do
    assert(fired_after, "step() fires what is due")
    say("at the next operation of the library", "it ran")
  end
  local stats = async.stats()
  say("how pending timers get their turn (trigger)", "%s", stats.trigger)
  say("its firings so far", "%d", stats.firings)
end

title(jit and "No debug hook on LuaJIT, whatever is pending" or "A debug hook only while something is pending")
do
  local function hook() return gethook() and "set" or "none" end
  say("hook with nothing pending", "%s", hook())
  local quiet = milliseconds_of(fib, 24)
  local pending = timeout(500)
  say("hook with a timeout pending", "%s", hook())
  say("the computation without a hook", "%.2f ms", quiet)
  say("the computation with a timeout pending", "%.2f ms", milliseconds_of(fib, 24))
  take(pending) -- blocks: the process sleeps until the timeout closes
  say("hook after the timeout", "%s", hook())
end

title("alts: the first of two channels and a timeout")
do
  local slow, quick = chan(), chan()
  local names = { [slow] = "slow", [quick] = "quick" }
  local function feed(channel, interval, items)
    go(function()
      for i = 1, items do
        take(timeout(interval))
        put(channel, i)
      end
    end)
  end
  feed(slow, 60, 2)
  feed(quick, 20, 4)

  local seen = {}
  while true do
    local result = alts({ slow, quick, timeout(150) })
    local name = names[result[2]]
    if not name then break end
    seen[#seen + 1] = name .. " " .. result[1]
  end
  say("values in the order they came", "%s", table.concat(seen, ", "))
  say("then, after 150 ms without a value", "the timeout")
  assert(#seen == 6, "two values came from slow and four from quick")

  local wrote = alts({ { slow, "for nobody" }, quick }, "default", "nobody is ready")
  say("a put, a take and a default", "%s", tostring(wrote[1]))
end

title("An error in a go block is reported, and the program goes on")
do
  local report = ""
  local previous = async.on_error(function(text) report = text end)
  local result = take(go(function() error("something broke") end))
  async.on_error(previous)
  say("the go block's channel gives", "%s", tostring(result))
  say("first line of the report", "%s", report:match("[^\n]*"))
end
print()
