-- lua bench/late.lua [ROUNDS]  how late timeouts are in a program that computes, for each
--                              trigger there is
-- lua bench/late.lua --check   every measurement once and small, as a test
--
-- In each round 250 timeouts of 5 to 500 ms are pending at once while a loop computes that
-- calls nothing of the library. "Late" counts from the time that was asked for.
-- Rows are for triggers.sh: "work|trigger|late p50 / p99 / max|early".
local async = require("async")
local triggers = require("bench.triggers")
local works = require("bench.works")
local now = require("system").monotime -- comes with busted

local ROUNDS, TIMEOUTS, LEAST, MOST = 4, 250, 5, 500
local KINDS = { arithmetic = true, tables = true, strings = true }

-- Adds to the list what this round brought, in milliseconds.
local function round(work, count, late)
  local left = count
  for _ = 1, count do
    local ms = math.random(LEAST, MOST)
    local wanted = now() + ms / 1000
    async.take_async(async.timeout(ms), function()
      left = left - 1
      late[#late + 1] = (now() - wanted) * 1000
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
local function measure(work, rounds, count)
  local late, early = {}, 0
  for _ = 1, rounds do round(work, count, late) end
  table.sort(late)
  while late[early + 1] and late[early + 1] < 0 do early = early + 1 end
  print(("%s|%s|%s|%d"):format(work[1], async.trigger(), three(late), early))
  return early
end

-- Nothing interrupts the program under "none", so there is nothing to measure.
local function table_of(rounds, count)
  local good, bad, names = 0, 0, triggers.names()
  for _, work in ipairs(works) do
    for _, name in ipairs(KINDS[work[1]] and names or {}) do
      if name ~= "none" then
        async.trigger(name)
        if measure(work, rounds, count) == 0 then good = good + 1 else bad = bad + 1 end
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
