-- Random runs of the combinators: channels of random size, fed and read at random speed, and closed at
-- random moments. Every value is a number that is used once, so what comes out can be accounted for.
local async = require "async"
local random = require "spec.support.random"
local x = require "spec.support.xforms"

local M = {}
local below

local function coin() return below(2) == 1 end

local function new_channel()
  local kind = below(3)
  if kind == 1 then return async.chan() end
  return async.chan(kind == 2 and below(3) or below(50))
end

--- Lets time, or a turn of the others, pass now and then.
local function dawdle(slowness)
  if below(slowness) > 1 then return end
  if below(10) == 1 then
    async.take(async.timeout(0))
  else
    coroutine.yield()
  end
end

--- Puts `first` to `last` and closes; returns the source and what is known about it.
local function source(first, last)
  local channel, fed = new_channel(), { accepted = 0 }
  local slowness = below(20)
  async.go(function()
    for value = first, last do
      if not async.put(channel, value) then break end
      fed.accepted = fed.accepted + 1
      dawdle(slowness)
    end
    async.close(channel)
    fed.ended = true
  end)
  return channel, fed
end

--- Reads to the end. With `most`, closes the channel after so many values, and goes on reading.
local function sink(channel, most)
  local got = { list = {} }
  local slowness = below(20)
  async.go(function()
    local value = async.take(channel)
    while value ~= nil do
      got.list[#got.list + 1] = value
      if #got.list == most then async.close(channel) end
      dawdle(slowness)
      value = async.take(channel)
    end
    got.ended = true
  end)
  return got
end

local function ends(got, what) assert(got.ended, what .. " did not close") end

--- The list is first, first + 1 and so on, to `last` if given.
local function in_order(list, first, last)
  for i, value in ipairs(list) do
    assert(value == first + i - 1, ("%s at %d, but %d should be"):format(tostring(value), i, first + i - 1))
  end
  if last then assert(#list == last - first + 1, ("%d values of %d"):format(#list, last - first + 1)) end
end

--- Sorted, without a value twice, and in order then.
local function each_once(list, first, last)
  local sorted = {}
  for i, value in ipairs(list) do sorted[i] = value end
  table.sort(sorted)
  for i = 2, #sorted do assert(sorted[i] ~= sorted[i - 1], "a value a second time") end
  if last then
    in_order(sorted, first, last)
  elseif #sorted > 0 then
    assert(sorted[1] >= first, "a value that nobody put")
  end
end

--- A moment for closing the end: nil for never.
local function some_moment(n) return coin() and below(n) or nil end

local function job(value, result)
  local slowness = below(4)
  local function work()
    dawdle(slowness)
    async.put(result, value)
    async.close(result)
  end
  if coin() then async.go(work) else work() end
end

local function slow_identity(value)
  if below(4) == 1 then dawdle(1) end
  return value
end

local function pipeline(name, ordered)
  return function()
    local n, most = below(120), some_moment(60)
    local from, fed = source(1, n)
    local to = new_channel()
    local parallel = below(6)
    local f = name:find "async" and job or x.map(slow_identity)
    async[name](parallel, to, f, from)
    local got = sink(to, most)
    return function()
      ends(got, name)
      local check = ordered and in_order or each_once
      check(got.list, 1, not most and n or nil)
      if not most then assert(fed.ended and fed.accepted == n) end
    end
  end
end

local RUNS = {
  pipeline = pipeline("pipeline", true),
  pipeline_async = pipeline("pipeline_async", true),
  pipeline_unordered = pipeline("pipeline_unordered", false),
  pipeline_async_unordered = pipeline("pipeline_async_unordered", false),
}

function RUNS.pipe()
  local n, most = below(100), some_moment(50)
  local from, fed = source(1, n)
  local got = sink(async.pipe(from, new_channel()), most)
  return function()
    ends(got, "pipe")
    in_order(got.list, 1, not most and n or nil)
    if not most then assert(fed.ended) end
  end
end

function RUNS.split()
  local n, modulus, most = below(100), below(3) + 1, some_moment(30)
  local from = source(1, n)
  local pair = async.split(function(value) return value % modulus == 0 end, from, below(5), below(5))
  local yes, no = sink(pair[1], most), sink(pair[2])
  return function()
    ends(yes, "split")
    ends(no, "split")
    local all = {}
    for _, side in ipairs { yes, no } do
      for i, value in ipairs(side.list) do
        assert((value % modulus == 0) == (side == yes), "a value on the wrong side")
        assert(i == 1 or value > side.list[i - 1], "a value out of order")
        all[#all + 1] = value
      end
    end
    each_once(all, 1, not most and n or nil)
  end
end

function RUNS.fold()
  local n = below(100)
  local results = {
    sink(async.reduce(function(sum, value) return sum + value end, 0, (source(1, n)))),
    sink(async.transduce(x.inc, function(...) return select("#", ...) < 2 and ... or (...) + select(2, ...) end, 0,
      (source(1, n)))),
    sink(async.into({}, (source(1, n)))),
  }
  return function()
    for _, result in ipairs(results) do ends(result, "a fold") end
    assert(results[1].list[1] == n * (n + 1) / 2, "reduce")
    assert(results[2].list[1] == n * (n + 1) / 2 + n, "transduce")
    in_order(results[3].list[1], 1, n)
  end
end

function RUNS.onto_chan()
  local n, most, list = below(200), some_moment(100), {}
  for i = 1, n do list[i] = i end
  local to = coin() and new_channel()
  local done = to and sink(async.onto_chan(to, list))
  local got = sink(to or async.to_chan(list), most)
  return function()
    ends(got, "onto_chan")
    if done then
      ends(done, "onto_chan's own channel")
      assert(#done.list == 0)
    end
    in_order(got.list, 1, not most and n or nil)
  end
end

function RUNS.map()
  local sizes, sources, shortest, most = {}, {}, math.huge, some_moment(30)
  for i = 1, below(4) do
    sizes[i] = below(60)
    sources[i] = source(1, sizes[i])
    shortest = math.min(shortest, sizes[i])
  end
  local count = #sizes
  local got = sink(async.map(function(...)
    for i = 1, count do assert((select(i, ...)) == (...), "values of different rounds") end
    assert(select("#", ...) == count)
    return (...)
  end, sources, below(4)), most)
  return function()
    ends(got, "map")
    in_order(got.list, 1, not most and shortest or nil)
  end
end

function RUNS.merge()
  local sources, last, most, starts = {}, 0, some_moment(60), {}
  for i = 1, below(5) do
    starts[i] = last + 1
    local n = below(40)
    sources[i] = source(last + 1, last + n)
    last = last + n
  end
  local got = sink(async.merge(sources, below(4)), most)
  return function()
    ends(got, "merge")
    each_once(got.list, 1, not most and last or nil)
    for i, first in ipairs(starts) do
      local expected = first
      for _, value in ipairs(got.list) do
        if value >= first and value < (starts[i + 1] or math.huge) then
          assert(value == expected, "a source out of order")
          expected = expected + 1
        end
      end
    end
  end
end

function RUNS.take()
  local n, count = below(60), below(60) - 1
  local from = source(1, n)
  local got = sink(async.take(count, from, below(3)))
  local rest
  async.go(function()
    while not got.ended do async.take(async.timeout(0)) end
    rest = sink(from)
  end)
  return function()
    ends(got, "take")
    in_order(got.list, 1, math.min(n, count))
    ends(rest, "take's source")
    in_order(rest.list, math.min(n, count) + 1, n)
  end
end

function RUNS.reshape()
  local n, size = below(80), below(5)
  local groups = sink(async.partition(size, (source(1, n))))
  local by = sink(async.partition_by(function(value) return math.floor(value / size) end, (source(1, n))))
  local spread = sink(async.mapcat_take(function(value) return { value, value } end, (source(1, n))))
  local once = sink(async.unique(async.mapcat_take(function(value) return { value, value } end, (source(1, n)))))
  return function()
    for _, got in ipairs { groups, by, spread, once } do ends(got, "a channel in another shape") end
    for _, got in ipairs { groups, by } do
      local flat = {}
      for _, group in ipairs(got.list) do
        for _, value in ipairs(group) do flat[#flat + 1] = value end
      end
      in_order(flat, 1, n)
    end
    assert(#spread.list == 2 * n)
    in_order(once.list, 1, n)
  end
end

M.names = {}
for name in pairs(RUNS) do M.names[#M.names + 1] = name end
table.sort(M.names)

--- One run of the combinator with that name, to the end; three more of others run beside it.
function M.run(name, seed)
  below = random(seed)
  local finish = { RUNS[name]() }
  for i = 2, 4 do finish[i] = RUNS[M.names[below(#M.names)]]() end
  async.run()
  for _, check in ipairs(finish) do check() end
  assert(async.dispatched() == 0, "tasks are left")
end

return M
