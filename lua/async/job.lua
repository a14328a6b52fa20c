-- What a pipeline does with one value: a job, in a go block of its own. One kind
-- applies a transducer and ends with a list; the other calls a function that feeds a
-- channel.
--   begin(value, slots)   begins one that frees its place among `slots` when its work is
--                         done, and gives its result
--   deliver(result, to)   puts the result on a channel, as soon as it is there
--   abandon(result)       nobody wants it any more
--   begin_to(value, to)   begins one that delivers its result itself: its go block
-- Those who deliver answer true, or false as soon as `to` is closed.
local core = require "async.core"
local guard = require "async.guard"
local copy = require("async.flow").copy

local chan, close, go = core.chan, core.close, core.go
local park_put, park_take, take_async, try_take = core.park_put, core.park_take, core.take_async, core.try_take

-- The innermost step.
local function add(...)
  local list, value = ...
  if select("#", ...) > 1 then
    if value == nil then error("async.pipeline: a channel cannot carry nil", 2) end
    list[#list + 1] = value
  end
  return list
end

-- Calls a part of the transducer. An error goes to `rescue`, if there is one, and what
-- that returns joins the list.
local function attempt(rescue, list, f, ...)
  if not rescue then return guard(f, ...) end
  local ok, result = pcall(f, ...)
  if ok then return ok, result end
  local rescued, replacement = guard(rescue, result)
  if rescued and replacement ~= nil then list[#list + 1] = replacement end
  return false
end

-- Each value has the transducer to itself, from the first step to the completing one.
local function apply(xform, rescue, value)
  local list = {}
  local made, step = attempt(rescue, list, xform, add)
  if made then
    attempt(rescue, list, step, list, value)
    attempt(rescue, list, step, list)
  end
  return list
end

local function put_all(list, to)
  for i = 1, #list do
    if not park_put(to, list[i]) then return false end
  end
  return true
end

local function transform(xform, rescue, value, slots)
  local list = apply(xform, rescue, value)
  try_take(slots)
  return list
end

local function transform_to(xform, rescue, value, to)
  return put_all(apply(xform, rescue, value), to)
end

--- Jobs that apply a transducer.
local function transducing(xform, rescue)
  return {
    begin = function(value, slots) return go(transform, xform, rescue, value, slots) end,
    deliver = function(result, to) return put_all(park_take(result) or {}, to) end,
    abandon = function() end,
    begin_to = function(value, to) return go(transform_to, xform, rescue, value, to) end,
  }
end

local function call(f, value, result)
  f(value, result)
  return true
end

-- A channel that nobody will take from: those who put are told so.
local function abandon(channel)
  close(channel)
  while try_take(channel) ~= nil do end
end

-- Calls the user's function, whose result channel closes if it fails.
local function result_of(f, value)
  local result = chan(1)
  take_async(go(call, f, value, result), function(returned)
    if not returned then close(result) end
  end)
  return result
end

-- It goes on until the result channel closes, or nobody wants more of it.
local function pass_on(result, to)
  local all = copy(result, to)
  if not all then abandon(result) end
  return all
end

local function pass_on_and_close(result, out, slots)
  pass_on(result, out)
  close(out)
  try_take(slots)
end

--- Jobs that call `f(value, result)`, which puts what it likes on the channel
--- `result`, now or later, and closes it.
local function calling(f)
  return {
    begin = function(value, slots)
      -- With one value on its way the job is done as soon as its channel closes.
      local out = chan(1)
      go(pass_on_and_close, result_of(f, value), out, slots)
      return out
    end,
    deliver = copy,
    abandon = abandon,
    begin_to = function(value, to) return go(pass_on, result_of(f, value), to) end,
  }
end

return { transducing = transducing, calling = calling }
