-- lua bench/late.lua [ROUNDS]  how late timeouts are in a program that computes, for each
--                              trigger there is
-- lua bench/late.lua --check   every measurement once and small, as a test
--
-- In each round 250 timeouts of 5 to 500 ms are pending at once while a loop computes that
-- calls nothing of the library. A deadline is the first tick of 10 ms that is no earlier
-- than what was asked for; "late" counts from that tick, "asked" from what was asked for.
-- Rows are for triggers.sh: "work|trigger|late p50 / p99 / max|asked p50 / p99 / max|early".
local async = require("async")
local triggers = require("bench.triggers")
local works = require("bench.works")
local now = require("system").monotime -- comes with busted

local ROUNDS, TIMEOUTS, LEAST, MOST, TICK = 4, 250, 5, 500, 0.010
local KINDS = { arithmetic = true, tables = true, strings = true }

-- Where on this clock the grid of ticks lies: two timeouts that are started at once are
-- the same channel until a tick is over. The shortest step across one is the closest.
local function grid()
  local trigger, edge, width = async.trigger(), nil, math.huge
  async.trigger("none")
  for _ = 1, 10 do
    local before, time = now(), nil
    local first = async.timeout(10)
    repeat
      before, time = time or before, now()
    until async.timeout(10) ~= first
    local step = now() - before
    if step < width then edge, width = before, step end
  end
  async.trigger(trigger)
  return edge
end

-- Adds to the lists what this round brought, in milliseconds.
local function round(work, count, edge, late, asked)
  local left = count
  for _ = 1, count do
    local wanted = now() + math.random(LEAST, MOST) / 1000
    async.take_async(async.timeout((wanted - now()) * 1000), function()
      local time = now()
      left = left - 1
      local tick = edge + math.ceil((wanted - edge) / TICK) * TICK
      late[#late + 1] = (time - tick) * 1000
      asked[#asked + 1] = (time - wanted) * 1000
    end)
  end
  local run, size, limit = work[2], work[3] / 10, now() + 5
  while left > 0 do
    run(size)
    if now() > limit then error(("%d timeouts never fired under %s"):format(left, async.trigger())) end
  end
end

local function three(list)
  return ("%.2f / %.2f / %.2f"):format(triggers.quantile(list, 0.5), triggers.quantile(list, 0.99), list[#list])
end

-- One row: how many timeouts were early.
local function measure(work, rounds, count, edge)
  local late, asked = {}, {}
  for _ = 1, rounds do round(work, count, edge, late, asked) end
  table.sort(late)
  table.sort(asked)
  local early = 0
  while asked[early + 1] and asked[early + 1] < 0 do early = early + 1 end
  print(("%s|%s|%s|%s|%d"):format(work[1], async.trigger(), three(late), three(asked), early))
  return early
end

-- Nothing interrupts the program under "none", so there is nothing to measure.
local function table_of(rounds, count)
  local good, bad, names, edge = 0, 0, triggers.names(), grid()
  for _, work in ipairs(works) do
    for _, name in ipairs(KINDS[work[1]] and names or {}) do
      if name ~= "none" then
        async.trigger(name)
        if measure(work, rounds, count, edge) == 0 then good = good + 1 else bad = bad + 1 end
      end
    end
  end
  return good, bad
end

if arg[1] == "--check" then
  local good, bad = table_of(1, 20)
  print(("%d passed, %d failed"):format(good, bad))
  os.exit(bad == 0 and 0 or 1)
else
  table_of(tonumber(arg[1]) or ROUNDS, TIMEOUTS)
end
