-- What the cases share: a value that must be right, and go blocks that feed a
-- channel or take from one until it is closed.
local async = require("async")

local close, spawn, run = async.close, async.spawn, async.run
local put, take = async.park_put, async.park_take

local streams = { clock = os.clock }

-- While LuaJIT's profiler runs, the clock of the process goes by ticks of some
-- milliseconds; that of the thread does not.
if jit then
  local ffi = require("ffi")
  ffi.cdef "struct bench_time { long s, ns; }; int clock_gettime(int, struct bench_time *);"
  local time, THREAD = ffi.new("struct bench_time"), 3
  function streams.clock()
    ffi.C.clock_gettime(THREAD, time)
    return tonumber(time.s) + tonumber(time.ns) / 1e9
  end
end

local clock = streams.clock

function streams.expect(what, got, wanted)
  if got ~= wanted then
    error(("%s: %s, but it should be %s"):format(what, tostring(got), tostring(wanted)), 2)
  end
end

function streams.sum_to(n)
  return n * (n + 1) / 2
end

-- A go block that puts 1 to n.
function streams.feed(channel, n)
  spawn(function()
    for i = 1, n do put(channel, i) end
    close(channel)
  end)
end

-- One that adds what it takes to `total.sum`.
function streams.drain(channel, total)
  spawn(function()
    local sum, value = 0, take(channel)
    while value do
      sum = sum + value
      value = take(channel)
    end
    total.sum = (total.sum or 0) + sum
  end)
end

-- One go block puts 1 to n into `source`, another takes from `out`: the CPU seconds.
function streams.through(source, out, n, wanted)
  local total = {}
  local start = clock()
  streams.feed(source, n)
  streams.drain(out, total)
  run()
  local seconds = clock() - start
  streams.expect("sum of the items", total.sum, wanted or streams.sum_to(n))
  return seconds
end

return streams
