-- The pipelines: up to n jobs at a time work on the values of one channel, and what
-- they make goes to another.
--
-- A feeder begins the jobs. `slots` is a channel with a place for each job that runs,
-- so that a put waits while there are n. Go blocks share no counters: the hook may
-- let others run between the reading and the writing of one.
local core = require "async.core"
local check = require "async.check"
local flow = require "async.flow"
local job = require "async.job"

local chan, close, go = core.chan, core.close, core.go
local park_put, park_take, take_async, try_take = core.park_put, core.park_take, core.take_async, core.try_take

-- Begins a job for each value, and queues its result.
local function feed_in_order(from, jobs, state)
  local slots, results = state.slots, state.results
  while park_put(slots, true) and not state.stopped do
    local value = park_take(from)
    if value == nil then break end
    local result = jobs.begin(value, slots)
    if not park_put(results, result) then
      jobs.abandon(result)
      break
    end
  end
  close(results)
end

-- Delivers the results one after the other. When `to` is closed, the feeder and the
-- jobs that still run are told so.
local function drain_in_order(to, jobs, state)
  local results = state.results
  local result = park_take(results)
  while result ~= nil and jobs.deliver(result, to) do
    result = park_take(results)
  end
  if result == nil then return end
  state.stopped = true
  close(results)
  while result ~= nil do
    jobs.abandon(result)
    result = try_take(results)
  end
end

-- The go block that ends when all is done.
local function in_order(slots, to, from, jobs, n)
  local state = { slots = slots, results = chan(n), stopped = false }
  go(feed_in_order, from, jobs, state)
  return go(drain_in_order, to, jobs, state)
end

-- Each job delivers its own results. What was delivered to a closed channel is the
-- sign to stop.
local function as_completed(slots, to, from, jobs)
  local stopped, ended, idle = false, false, chan()
  local function over(all)
    if not all then stopped = true end
    try_take(slots)
    if ended and #slots == 0 then close(idle) end
  end
  return go(function()
    while park_put(slots, true) and not stopped do
      local value = park_take(from)
      if value == nil then break end
      take_async(jobs.begin_to(value, to), over)
    end
    try_take(slots) -- the one that no job has got
    ended = true
    if #slots > 0 then park_take(idle) end
  end)
end

-- `run` begins a pipeline whose jobs `jobs_of(f, rescue)` describes.
local function pipeline(name, run, jobs_of)
  return function(n, to, f, from, ...)
    check.count(name, n, 1, 1)
    check.channel(name, to, 2)
    check.callable(name, f, 3)
    check.channel(name, from, 4)
    local rescue = select(2, ...)
    check.optional_callable(name, rescue, 6)
    local slots = flow.channel(name, n, 1)
    local block = run(slots, to, from, jobs_of(f, rescue), n)
    if flow.wanted(...) then flow.close_after(block, to) end
    return block
  end
end

local transducing, calling = job.transducing, job.calling
local M = {}

--- Each gives a channel that closes when all is delivered. The first three are called
--- as pipeline(n, to, xform, from, close?, ex_handler?), the last two as
--- pipeline_async(n, to, f, from, close?).
M.pipeline = pipeline("async.pipeline", in_order, transducing)
M.pipeline_blocking = pipeline("async.pipeline_blocking (pipeline-blocking)", in_order, transducing)
M.pipeline_unordered = pipeline("async.pipeline_unordered (pipeline-unordered)", as_completed, transducing)
M.pipeline_async = pipeline("async.pipeline_async (pipeline-async)", in_order, calling)
M.pipeline_async_unordered =
  pipeline("async.pipeline_async_unordered (pipeline-async-unordered)", as_completed, calling)

return M
