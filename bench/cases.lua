-- The cases. Each function does its thing `n` times, raises when the result is
-- wrong, and returns the CPU seconds it took.
local async = require("async")
local streams = require("bench.streams")

local expect, sum_to = streams.expect, streams.sum_to
local clock, floor = streams.clock, math.floor
local resume, yield, create = coroutine.resume, coroutine.yield, coroutine.create
local chan, spawn, run, step = async.chan, async.spawn, async.run, async.step
local put, take = async.park_put, async.park_take
local put_async, take_async = async.put_async, async.take_async
local try_put, try_take, alts, timeout = async.try_put, async.try_take, async.park_alts, async.timeout

local cases = require("bench.combinators")

-- What every ratio is a ratio to: Lua's own coroutines, with nothing around them.
function cases.resume_and_yield(n)
  local turns = 0
  local co = create(function()
    while true do
      turns = turns + 1
      yield()
    end
  end)
  local start = clock()
  for _ = 1, n do resume(co) end
  local seconds = clock() - start
  expect("turns", turns, n)
  return seconds
end

function cases.ping_pong(n)
  local there, back, sum = chan(), chan(), 0
  local start = clock()
  spawn(function()
    for i = 1, n do
      put(there, i)
      sum = sum + take(back)
    end
  end)
  spawn(function()
    for _ = 1, n do put(back, take(there)) end
  end)
  run()
  local seconds = clock() - start
  expect("sum of the echoes", sum, sum_to(n))
  return seconds
end

function cases.hand_over(n)
  local channel = chan()
  return streams.through(channel, channel, n)
end

function cases.buffered(n)
  local channel = chan(128)
  return streams.through(channel, channel, n)
end

function cases.callbacks_at_once(n)
  local channel, sum, stored = chan(1), 0, 0
  local function on_put(ok) if ok then stored = stored + 1 end end
  local function on_take(value) sum = sum + value end
  local start = clock()
  for i = 1, n do
    put_async(channel, i, on_put)
    take_async(channel, on_take)
  end
  local seconds = clock() - start
  expect("accepted puts", stored, n)
  expect("sum of the values", sum, sum_to(n))
  return seconds
end

-- The takers wait, so each of their callbacks is a queued task; 64 at a time.
function cases.callbacks_queued(n)
  local channel, sum, stored = chan(), 0, 0
  local function on_put(ok) if ok then stored = stored + 1 end end
  local function on_take(value) sum = sum + value end
  local start = clock()
  for first = 1, n, 64 do
    local last = first + 63 < n and first + 63 or n
    for _ = first, last do take_async(channel, on_take) end
    for i = first, last do put_async(channel, i, on_put) end
    step(64)
  end
  run()
  local seconds = clock() - start
  expect("accepted puts", stored, n)
  expect("sum of the values", sum, sum_to(n))
  return seconds
end

function cases.offer_and_poll(n)
  local channel, sum = chan(1), 0
  local start = clock()
  for i = 1, n do
    try_put(channel, i)
    sum = sum + try_take(channel)
  end
  local seconds = clock() - start
  expect("sum of the values", sum, sum_to(n))
  return seconds
end

function cases.go_and_finish(n)
  local count = 0
  local function body() count = count + 1 end
  local start = clock()
  for _ = 1, n do spawn(body) end
  local seconds = clock() - start
  expect("finished go blocks", count, n)
  expect("queued tasks", async.dispatched(), 0)
  return seconds
end

-- alts! where one port of `width` has a value: filled outside the time, 1000 values at a time.
local function alts_ready(width, n)
  local ready, ports, sum, seconds = chan(1000), {}, 0, 0
  for i = 1, width do ports[i] = chan() end
  ports[floor(width / 2) + 1] = ready
  spawn(function()
    for first = 1, n, 1000 do
      local last = first + 999 < n and first + 999 or n
      for i = first, last do try_put(ready, i) end
      local start = clock()
      for _ = first, last do sum = sum + alts(ports)[1] end
      seconds = seconds + (clock() - start)
    end
  end)
  run()
  expect("sum of the values", sum, sum_to(n))
  return seconds
end

function cases.alts_of_2(n) return alts_ready(2, n) end
function cases.alts_of_10(n) return alts_ready(10, n) end
function cases.alts_of_100(n) return alts_ready(100, n) end

-- Every alts! finds nothing and parks on ten channels; try_put succeeds only
-- because it does. The row holds alts!, offer! and the step that resumes.
function cases.alts_parking(n)
  local ports, sum, refused = {}, 0, 0
  for i = 1, 10 do ports[i] = chan() end
  spawn(function()
    for _ = 1, n do sum = sum + alts(ports)[1] end
  end)
  local start = clock()
  for i = 1, n do
    if not try_put(ports[i % 10 + 1], i) then refused = refused + 1 end
    step()
  end
  local seconds = clock() - start
  expect("puts that found nobody parked", refused, 0)
  expect("sum of the values", sum, sum_to(n))
  return seconds
end

-- Deadlines 0.01 ms apart over a second at most; the waiting costs no CPU time,
-- so what counts is adding, callbacks and firing. The second result is a remark.
function cases.timeouts(n)
  local channels, fired = {}, 0
  local spread = n < 100000 and n or 100000
  local function on_fire() fired = fired + 1 end
  local start = clock()
  for i = 1, n do
    local channel = timeout(i * 7919 % spread / 100)
    channels[i] = channel
    take_async(channel, on_fire)
  end
  run()
  local seconds = clock() - start
  expect("timeouts that fired", fired, n)
  local distinct, seen = 0, {}
  for i = 1, n do
    if not seen[channels[i]] then
      seen[channels[i]], distinct = true, distinct + 1
    end
  end
  return seconds, ("%d timeouts shared %d channels"):format(n, distinct)
end

local function resident_bytes()
  local file = io.open("/proc/self/status")
  if not file then return nil end -- not Linux
  local text = file:read("*a")
  file:close()
  local kilobytes = text:match("VmRSS:%s*(%d+)")
  return kilobytes and kilobytes * 1024
end

local function in_use()
  collectgarbage()
  collectgarbage()
  return collectgarbage("count") * 1024, resident_bytes()
end

-- Bytes for each of n go blocks that are parked on channels of their own: what
-- Lua counts, and what the process grew by.
function cases.memory(n)
  local channels, sum = {}, 0
  for i = 1, n do channels[i] = false end -- the list itself is not what is measured
  local function waiter(channel)
    local value = take(channel)
    sum = sum + value -- in one line Lua would read `sum` before it parks
  end
  local lua_before, resident_before = in_use()
  for i = 1, n do
    channels[i] = chan()
    spawn(waiter, channels[i])
  end
  local lua_after, resident_after = in_use()
  for i = 1, n do expect("put to a parked go block", try_put(channels[i], i), true) end
  run()
  expect("sum of the values", sum, sum_to(n))
  local resident = resident_before and (resident_after - resident_before) / n
  return (lua_after - lua_before) / n, resident
end

return cases
