-- idle.lua MODE N: a computation in plain Lua, run by idle.sh under an
-- instruction counter. MODE says what the process has done before it.
--   plain     nothing
--   loaded    require "async"
--   parked    10,000 go blocks parked on channels of their own
--   pending   a timeout that is still far away
local mode, n = arg[1], tonumber(arg[2])
local kept = {} -- reachable to the end

if mode ~= "plain" then
  local async = require("async")
  if mode == "parked" then
    local function waiter(channel) async.park_take(channel) end
    for i = 1, 10000 do
      kept[i] = async.chan()
      async.spawn(waiter, kept[i])
    end
    assert(async.stats().parked == 10000)
  elseif mode == "pending" then
    kept[1] = async.timeout(3600 * 1000)
  else
    assert(mode == "loaded", "unknown mode")
  end
end

collectgarbage()
collectgarbage("stop") -- how much there is to collect is not the question

-- Calls, arithmetic, list access and a short string: no allocation, and no hash
-- part with two keys, whose order would differ from run to run.
local byte = string.byte
local function fib(k)
  if k < 2 then return k end
  return fib(k - 1) + fib(k - 2)
end
local list, sum = {}, 0
for i = 1, 256 do list[i] = i end
for i = 1, n do
  local at = i % 256 + 1
  list[at] = list[at] + byte("abcdefgh", i % 8 + 1) % 7
  sum = sum + list[at] + fib(8)
end
assert(sum > 0)
os.exit(0) -- without closing the state: taking 10,000 coroutines apart is not the question either
