-- The cases of what is built on single operations; see `bench.cases`.
local async = require("async")
local streams = require("bench.streams")

local clock, floor = streams.clock, math.floor
local chan, run, try_take = async.chan, async.run, async.try_take
local feed, drain, through = streams.feed, streams.drain, streams.through
local expect, sum_to = streams.expect, streams.sum_to

local cases = {}

-- A transducer of three stages before the buffer; a tenth of the values does not
-- come through.
function cases.transducer(n)
  local xf = async.xf
  local expected = 0
  for i = 1, n do
    if i % 10 ~= 0 then expected = expected + 2 * i + 1 end
  end
  local three = xf.comp(
    xf.map(function(value) return 2 * value end),
    xf.filter(function(value) return value % 20 ~= 0 end),
    xf.map(function(value) return value + 1 end)
  )
  local channel = chan(128, three)
  return through(channel, channel, n, expected)
end

-- `outs` go blocks take what comes of the items that one puts into `source`.
local function spread(source, outs, n, wanted)
  local total = {}
  for _, out in ipairs(outs) do drain(out, total) end
  local start = clock()
  feed(source, n)
  run()
  local seconds = clock() - start
  expect("sum of the items", total.sum, wanted)
  return seconds
end

function cases.mult_of_10(n)
  local source, outs = chan(), {}
  local mult = async.mult(source)
  for i = 1, 10 do outs[i] = async.tap(mult, chan()) end
  return spread(source, outs, n, 10 * sum_to(n))
end

-- The items go to 100 topics in turn, each with one go block that takes.
function cases.pub_of_100(n)
  local source, outs = chan(), {}
  local pub = async.pub(source, function(i) return i % 100 end)
  for i = 1, 100 do outs[i] = async.sub(pub, i % 100, chan()) end
  return spread(source, outs, n, sum_to(n))
end

function cases.pipe(n)
  local source, out = chan(128), chan(128)
  return through(source, async.pipe(source, out), n)
end

function cases.pipe_unbuffered(n)
  local source, out = chan(), chan()
  return through(source, async.pipe(source, out), n)
end

local function doubling(next_step)
  return function(...)
    local result, value = ...
    if select("#", ...) < 2 then return next_step(...) end
    return next_step(result, value * 2)
  end
end

function cases.pipeline(n)
  local source, out = chan(128), chan(128)
  async.pipeline(4, out, doubling, source)
  return through(source, out, n, 2 * sum_to(n))
end

-- Ten sources, each with a go block that feeds it.
function cases.merge(n)
  local sources, total, share = {}, {}, floor(n / 10)
  local start = clock()
  for i = 1, 10 do
    sources[i] = chan()
    feed(sources[i], share)
  end
  drain(async.merge(sources, 128), total)
  run()
  local seconds = clock() - start
  expect("sum of the items", total.sum, 10 * sum_to(share))
  return seconds
end

function cases.into(n)
  local source = chan(128)
  local start = clock()
  local result = async.into({}, source)
  feed(source, n)
  run()
  local list = try_take(result)
  local seconds = clock() - start
  expect("length of the list", #list, n)
  expect("its last item", list[n], n)
  return seconds
end

return cases
