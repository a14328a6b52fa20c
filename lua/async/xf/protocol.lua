-- What a transducer is, and how several of them become one.
--
-- To its user a transducer is a function from step function to step function, and
-- a step function tells by how many arguments it is given what to do:
--
--   rf()            the value to start with
--   rf(acc)         nothing more comes: give what is left, then the result
--   rf(acc, value)  one more value; `reduced(acc)` says that it was the last
--
-- Counting arguments costs as much as a call. So the transducers in this folder
-- are made of two functions, `step` for two arguments and `finish` for fewer, and
-- among themselves they meet as such. The count is taken only where a chain of
-- them meets another's step function.

local check = require "async.check"
local reduced = require "async.reduced".reduced

local protocol = {}

local Reduced = getmetatable(reduced(nil))

-- Is this the metatable of a reduced value? A lookup, since `==` might call an `__eq`.
local means_reduced = { [Reduced] = true }

local function mark_reduced(acc)
  return means_reduced[getmetatable(acc)] and acc or reduced(acc)
end

protocol.means_reduced, protocol.mark_reduced = means_reduced, mark_reduced

-- The step function of two parts. A value is hardly ever nil, so hardly ever are
-- arguments counted.
local function by_count(step, finish)
  return function(...)
    local acc, value = ...
    if value ~= nil or select("#", ...) > 1 then return step(acc, value) end
    return finish(...)
  end
end

protocol.by_count = by_count

-- Transducer -> join. Both sides are weak, since on older Luas a key that its
-- own value reaches would never be collected; the transducer holds its join.
local joins = setmetatable({}, { __mode = "kv" })

--- A transducer called `name` from `join`, which is given the two parts of the
--- step function behind it and returns its own two.
function protocol.transducer(name, join)
  local function transduce(rf)
    if not check.is_callable(rf) then
      error(("%s: a transducer is applied to a step function, got %s"):format(name, type(rf)), 2)
    end
    return by_count(join(rf, rf))
  end
  joins[transduce] = join
  return transduce
end

--- Puts any transducer in front of the two parts of a step function.
function protocol.join(name, xform, step, finish)
  local join = joins[xform]
  if join then return join(step, finish) end
  local rf = step == finish and step or by_count(step, finish)
  local made = xform(rf)
  if not check.is_callable(made) then
    error(("%s: the transducer must return a step function, got %s"):format(name, type(made)), 0)
  end
  return made, made
end

--- `finish` with something before it: `left()` is what was kept back, or nil.
function protocol.flushing(step, finish, left)
  return function(...)
    if select("#", ...) == 0 then return finish() end
    local acc, value = ..., left()
    if value ~= nil then
      acc = step(acc, value)
      if means_reduced[getmetatable(acc)] then acc = acc[1] end
    end
    return finish(acc)
  end
end

--- Steps through a list until its end or a reduced result, which stays wrapped.
--- The second result tells whether it was the latter.
function protocol.walk(step, acc, list)
  for i = 1, #list do
    acc = step(acc, list[i])
    if means_reduced[getmetatable(acc)] then return acc, true end
  end
  return acc, false
end

return protocol
