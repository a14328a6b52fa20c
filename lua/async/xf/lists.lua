-- Transducers on plain lists.

local check = require "async.check"
local protocol = require "async.xf.protocol"

local lists = {}

-- Reduces a list through a transducer in front of a step function's two parts.
local function run(name, xform, step, finish, acc, list)
  step, finish = protocol.join(name, xform, step, finish)
  local ended
  acc, ended = protocol.walk(step, acc, list)
  if ended then acc = acc[1] end
  return finish(acc)
end

local function same(acc) return acc end

local function append_to(name, list, xform, from)
  local n = #list
  local function append(_, value)
    if value == nil then error(name .. ": nil cannot be kept in a list", 0) end
    n = n + 1
    list[n] = value
    return list
  end
  run(name, xform, append, same, list, from)
  -- The result is a wrapped list after the flush of a transducer that does not unwrap.
  return list
end

--- Appends to the list `to` what the transducer makes of `list`, and returns it.
function lists.into(to, xform, list)
  check.list("async.xf.into", to, 1)
  check.callable("async.xf.into", xform, 2)
  check.list("async.xf.into", list, 3)
  return append_to("async.xf.into", to, xform, list)
end

--- A new list of what the transducer makes of `list`.
function lists.sequence(xform, list)
  check.callable("async.xf.sequence", xform, 1)
  check.list("async.xf.sequence", list, 2)
  return append_to("async.xf.sequence", {}, xform, list)
end

--- transduce(xform, rf, init, list), or without `init`, which is then rf().
function lists.transduce(xform, rf, ...)
  check.callable("async.xf.transduce", xform, 1)
  check.callable("async.xf.transduce", rf, 2)
  local count = select("#", ...)
  local init, list = ...
  if count == 1 then init, list = rf(), init end
  check.list("async.xf.transduce", list, count == 1 and 3 or 4)
  return run("async.xf.transduce", xform, rf, rf, init, list)
end

--- rf(acc, value) over a list from `init` on; no completion.
function lists.reduce(rf, init, list)
  check.callable("async.xf.reduce", rf, 1)
  check.list("async.xf.reduce", list, 3)
  local acc, ended = protocol.walk(rf, init, list)
  if ended then return acc[1] end
  return acc
end

--- A step function from f(acc, value) alone. It completes with finish(acc), or
--- without `finish` with acc itself, and starts with f().
function lists.completing(f, finish)
  check.callable("async.xf.completing", f, 1)
  if finish ~= nil then check.callable("async.xf.completing", finish, 2) end
  finish = finish or same
  return protocol.by_count(f, function(...)
    if select("#", ...) == 0 then return f() end
    return finish((...))
  end)
end

return lists
