-- The transducers. Each is a function that returns one, except `cat`, which is one.
-- What changes from value to value is kept for each application, never here.

local check = require "async.check"
local protocol = require "async.xf.protocol"

local transducer, flushing, walk = protocol.transducer, protocol.flushing, protocol.walk
local means_reduced, mark_reduced = protocol.means_reduced, protocol.mark_reduced

local stages = {}

-- What has no state: `body(step, f)` is the step in front of `step`.
local function plain(name, body)
  name = "async.xf." .. name
  return function(f)
    check.callable(name, f, 1)
    return transducer(name, function(step, finish) return body(step, f), finish end)
  end
end

-- In these, (f(value)) is one argument whatever f returns.

stages.map = plain("map", function(step, f)
  return function(acc, value) return step(acc, (f(value))) end
end)

stages.filter = plain("filter", function(step, f)
  return function(acc, value)
    if f(value) then return step(acc, value) end
    return acc
  end
end)

stages.remove = plain("remove", function(step, f)
  return function(acc, value)
    if f(value) then return acc end
    return step(acc, value)
  end
end)

stages.keep = plain("keep", function(step, f)
  return function(acc, value)
    local result = f(value)
    if result == nil then return acc end
    return step(acc, result)
  end
end)

stages.take_while = plain("take_while", function(step, f)
  return function(acc, value)
    if f(value) then return step(acc, value) end
    return mark_reduced(acc)
  end
end)

stages.drop_while = plain("drop_while", function(step, f)
  local dropping = true
  return function(acc, value)
    if dropping and f(value) then return acc end
    dropping = false
    return step(acc, value)
  end
end)

stages.map_indexed = plain("map_indexed", function(step, f)
  local i = 0
  return function(acc, value)
    i = i + 1
    return step(acc, (f(i, value)))
  end
end)

stages.keep_indexed = plain("keep_indexed", function(step, f)
  local i = 0
  return function(acc, value)
    i = i + 1
    local result = f(i, value)
    if result == nil then return acc end
    return step(acc, result)
  end
end)

local function expand(name, step, acc, list)
  if type(list) ~= "table" then error(("%s: list expected, got %s"):format(name, type(list)), 0) end
  return (walk(step, acc, list))
end

stages.mapcat = plain("mapcat", function(step, f)
  return function(acc, value) return expand("async.xf.mapcat", step, acc, (f(value))) end
end)

stages.cat = transducer("async.xf.cat", function(step, finish)
  return function(acc, list) return expand("async.xf.cat", step, acc, list) end, finish
end)

--- The result of f(total, value) for each value, which is the next total. Without
--- an initial total the first value is it.
function stages.scan(f, ...)
  check.callable("async.xf.scan", f, 1)
  local given, first = select("#", ...) > 0, ...
  return transducer("async.xf.scan", function(step, finish)
    local begun, total = given, first
    return function(acc, value)
      if begun then
        total = f(total, value)
        if means_reduced[getmetatable(total)] then return mark_reduced(step(acc, total[1])) end
      else
        begun, total = true, value
      end
      return step(acc, total)
    end, finish
  end)
end

-- What counts: `body(step, n)` for a whole number n of at least `least`.
local function counted(name, least, body)
  name = "async.xf." .. name
  return function(n)
    check.count(name, n, 1, least)
    return transducer(name, function(step, finish) return body(step, n), finish end)
  end
end

-- The n-th value says that it is the last. With 0 the first one has to be seen to say so.
stages.take = counted("take", 0, function(step, n)
  return function(acc, value)
    if n > 0 then
      n = n - 1
      acc = step(acc, value)
    end
    if n > 0 then return acc end
    return mark_reduced(acc)
  end
end)

stages.drop = counted("drop", 0, function(step, n)
  return function(acc, value)
    if n == 0 then return step(acc, value) end
    n = n - 1
    return acc
  end
end)

stages.take_nth = counted("take_nth", 1, function(step, n)
  local i = n - 1
  return function(acc, value)
    i = i + 1
    if i < n then return acc end
    i = 0
    return step(acc, value)
  end
end)

local function groups(name, value)
  if value == nil then error(name .. ": nil cannot be kept in a list", 0) end
end

--- Lists of n values; the last may be shorter.
function stages.partition_all(n)
  local name = "async.xf.partition_all"
  check.count(name, n, 1, 1)
  return transducer(name, function(step, finish)
    local group, size = {}, 0
    local function left()
      local all = size > 0 and group or nil
      group, size = {}, 0
      return all
    end
    return function(acc, value)
      groups(name, value)
      size = size + 1
      group[size] = value
      if size < n then return acc end
      return step(acc, left())
    end, flushing(step, finish, left)
  end)
end

--- Lists of neighbours for which f gives equal results.
function stages.partition_by(f)
  local name = "async.xf.partition_by"
  check.callable(name, f, 1)
  return transducer(name, function(step, finish)
    local group, size, key = nil, 0, nil
    local function left()
      local all = group
      group = nil
      return all
    end
    return function(acc, value)
      groups(name, value)
      local new = f(value)
      if group and new == key then
        size = size + 1
        group[size] = value
        return acc
      end
      -- The next group begins first, since an error in the step is the fault of the one before.
      local before = group
      group, size, key = { value }, 1, new
      if not before then return acc end
      acc = step(acc, before)
      if means_reduced[getmetatable(acc)] then group = nil end -- nobody wants it
      return acc
    end, flushing(step, finish, left)
  end)
end

--- Leaves out what is equal to the value before it.
function stages.dedupe()
  return transducer("async.xf.dedupe", function(step, finish)
    local begun, before = false, nil
    return function(acc, value)
      if begun and value == before then return acc end
      begun, before = true, value
      return step(acc, value)
    end, finish
  end)
end

local NIL = {}

--- Leaves out what was there before: the same table key, so tables are compared by identity.
function stages.distinct()
  return transducer("async.xf.distinct", function(step, finish)
    local seen = {}
    return function(acc, value)
      local key = value
      if key == nil then key = NIL end
      if seen[key] then return acc end
      if value == value then seen[key] = true end -- NaN is no key, and equals nothing
      return step(acc, value)
    end, finish
  end)
end

--- `separator` between the values.
function stages.interpose(separator)
  if separator == nil then error("async.xf.interpose: value expected, got nil (argument 1)", 2) end
  return transducer("async.xf.interpose", function(step, finish)
    local begun = false
    return function(acc, value)
      if begun then
        acc = step(acc, separator)
        if means_reduced[getmetatable(acc)] then return acc end
      end
      begun = true
      return step(acc, value)
    end, finish
  end)
end

--- What `new[value]` says in place of a value, where it says something.
function stages.replace(new)
  check.list("async.xf.replace", new, 1)
  return transducer("async.xf.replace", function(step, finish)
    return function(acc, value)
      local other = new[value]
      if other == nil then other = value end
      return step(acc, other)
    end, finish
  end)
end

--- One transducer from several: a value goes through the first one first.
function stages.comp(...)
  local all, n = { ... }, select("#", ...)
  for i = 1, n do check.callable("async.xf.comp", all[i], i) end
  return transducer("async.xf.comp", function(step, finish)
    for i = n, 1, -1 do
      step, finish = protocol.join("async.xf.comp", all[i], step, finish)
    end
    return step, finish
  end)
end

return stages
