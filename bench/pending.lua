-- pending.lua: what a timeout that is far away costs a program that computes, for each trigger there is.
-- Processor time against that with nothing pending, medians of turns in one run.
local async = require "async"

local TURNS, N = 15, tonumber(arg and arg[1]) or 30

local function fib(k)
  if k < 2 then return k end
  return fib(k - 1) + fib(k - 2)
end

local works = {
  calls = function() return fib(22) end,
  arithmetic = function()
    local n = 0
    for i = 1, 1000000 do n = n + i * 2 % 7 end
    return n
  end,
  tables = function()
    local list = {}
    for i = 1, 100000 do list[i % 1000 + 1] = { i } end
    return list
  end,
  strings = function()
    local text = ("async "):rep(300)
    local n = 0
    for _ = 1, 200 do n = n + #text:gsub("a", "b"):upper() end
    return n
  end,
}

local function seconds(work)
  local start = os.clock()
  for _ = 1, N / 10 do work() end
  return os.clock() - start
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) / 2]
end

local names = { "none" }
for _, name in ipairs { "alarm", "count", "profile" } do
  if pcall(async.trigger, name) and async.trigger() == name then names[#names + 1] = name end
end

for _, kind in ipairs { "calls", "arithmetic", "tables", "strings" } do
  local times = {}
  for _, name in ipairs(names) do times[name] = {} end
  for turn = 1, TURNS do
    for _, name in ipairs(names) do
      async.trigger(name)
      local timer = async.timeout(600000)
      times[name][turn] = seconds(works[kind])
      async.close(timer)
      async.run()
    end
  end
  local line = { ("%-11s"):format(kind) }
  for i = 2, #names do
    line[i] = ("%s %.3f"):format(names[i], median(times[names[i]]) / median(times.none))
  end
  print(table.concat(line, "  "))
end
