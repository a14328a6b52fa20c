-- lua bench/pending.lua [TURNS]  what a timeout that is far away costs a program that
--                                computes, for each trigger there is
-- lua bench/pending.lua --check  every measurement once and small, as a test
--
-- A figure is the processor time with a timeout of ten minutes pending over that with
-- nothing pending. The two are timed in turns, one straight after the other, and each
-- figure is the median of the turns' ratios. Rows are for triggers.sh: "work|trigger|figure".
local async = require("async")
local streams = require("bench.streams")
local triggers = require("bench.triggers")
local works = require("bench.works")

local clock = streams.clock
local TURNS, REPEATS = 25, 4
local MINUTES = 10 * 60 * 1000

local function seconds(work, repeats)
  local name, run, size, result = work[1], work[2], work[3], work[4]
  collectgarbage()
  local start = clock()
  for _ = 1, repeats do streams.expect(name, run(size), result) end
  return clock() - start
end

local function beside_timeout(work, repeats)
  local pending = async.timeout(MINUTES)
  streams.expect("pending timers", async.stats().timers, 1)
  -- LuaJIT compiles everything anew when its profiler starts.
  work[2](work[3])
  local time = seconds(work, repeats)
  async.close(pending)
  async.run()
  return time
end

-- LuaJIT's profiler goes on for a while after the last timeout, unless it is switched off.
local function alone(work, repeats, trigger)
  async.trigger("none")
  work[2](work[3])
  local time = seconds(work, repeats)
  async.trigger(trigger)
  return time
end

local function table_of(turns, repeats)
  local rows, names = 0, triggers.names()
  names[#names] = nil -- "none", which is what the others are compared with
  for _, work in ipairs(works) do
    local ratios = {}
    for _, name in ipairs(names) do ratios[name] = {} end
    for turn = 1, turns do
      for _, name in ipairs(names) do
        local without = alone(work, repeats, name)
        ratios[name][turn] = beside_timeout(work, repeats) / without
      end
    end
    for _, name in ipairs(names) do
      print(("%s|%s|%.2f"):format(work[1], name, triggers.median(ratios[name])))
      rows = rows + 1
    end
  end
  return rows
end

if arg[1] == "--check" then
  print(("%d passed, 0 failed"):format(table_of(1, 1)))
else
  table_of(tonumber(arg[1]) or TURNS, REPEATS)
end
