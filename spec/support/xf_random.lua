-- Random chains of transducers, each with a naive twin that makes a list from a list.
local async = require "async"
local random = require "spec.support.random"
local user = require "spec.support.xforms"

local xf = async.xf
local M = {}
local next_below = random(0)

--- The same numbers on every Lua.
function M.seed(seed) next_below = random(seed) end

local function below(n) return next_below(n) end

M.below = below

--- Functions for values of every kind ------------------------------------

local function weight(value)
  local kind = type(value)
  if kind == "number" then return value end
  if kind == "boolean" then return value and 1 or 0 end
  return kind == "table" and #value + 3 or #tostring(value)
end

local mappers = {
  function(value) return (weight(value) * 3 + 1) % 7 end,
  function(value) return weight(value) % 2 == 0 end, -- often false
  function(value) return ("s"):rep(weight(value) % 4) end,
  function(value) return { value, value } end,
  function(value) return value, "a second result" end,
}

local function mapper() return mappers[below(#mappers)] end

local function predicate()
  local divisor, rest = below(3) + 1, below(2) - 1
  return function(value) return weight(value) % divisor == rest end
end

-- nil for some, false for others.
local function sieve()
  local divisor = below(3) + 1
  return function(value)
    local rest = weight(value) % divisor
    if rest == 0 then return nil end
    return rest ~= 1 and value
  end
end

local function copies(value)
  local list = {}
  for i = 1, weight(value) % 3 do list[i] = value end
  return list
end

local function mix(total, value) return (weight(total) * 3 + weight(value)) % 11 end

--- Naive twins -----------------------------------------------------------

-- f(list, add): calls add for each value of the result.
local function naive(f)
  return function(list)
    local n, result = 0, {}
    f(list, function(value)
      n = n + 1
      result[n] = value
    end)
    return result
  end
end

local function each(f)
  return naive(function(list, add)
    for i = 1, #list do f(list[i], add, i) end
  end)
end

local function slice(from, to)
  return naive(function(list, add)
    for i = from, math.min(to, #list) do add(list[i]) end
  end)
end

-- How many values at the start pass.
local function run_length(list, pass)
  local n = 0
  while n < #list and pass(list[n + 1]) do n = n + 1 end
  return n
end

-- Lists of neighbours; together(first index, index) tells who belongs together.
local function grouped(list, add, together)
  local first = 1
  while first <= #list do
    local group, i = { list[first] }, first + 1
    while i <= #list and together(first, i) do
      group[#group + 1], i = list[i], i + 1
    end
    add(group)
    first = i
  end
end

local function grouped_by_n(n)
  return naive(function(list, add)
    grouped(list, add, function(first, i) return i - first < n end)
  end)
end

local function scanned(f, ...)
  local given, init = select("#", ...) > 0, ...
  return naive(function(list, add)
    local total = init
    for i = 1, #list do
      if i == 1 and not given then total = list[1] else total = f(total, list[i]) end
      if async.is_reduced(total) then return add(total:unbox()) end
      add(total)
    end
  end)
end

--- The links -------------------------------------------------------------

-- Name -> a maker of a random one: the transducer and its twin.
local makers = {}

function makers.map()
  local f = mapper()
  return xf.map(f), each(function(value, add) add((f(value))) end)
end

function makers.filter()
  local p = predicate()
  return xf.filter(p), each(function(value, add) if p(value) then add(value) end end)
end

function makers.remove()
  local p = predicate()
  return xf.remove(p), each(function(value, add) if not p(value) then add(value) end end)
end

function makers.keep()
  local f = sieve()
  return xf.keep(f), each(function(value, add) if f(value) ~= nil then add(f(value)) end end)
end

function makers.map_indexed()
  return xf.map_indexed(function(i, value) return i % 2 == 0 and { i, value } end),
    each(function(value, add, i) add(i % 2 == 0 and { i, value }) end)
end

function makers.keep_indexed()
  local n = below(3)
  return xf.keep_indexed(function(i, value) if i % n == 0 then return value end end),
    each(function(value, add, i) if i % n == 0 then add(value) end end)
end

local spread = each(function(value, add)
  local list = copies(value)
  for i = 1, #list do add(list[i]) end
end)

function makers.mapcat() return xf.mapcat(copies), spread end

function makers.cat() return xf.comp(xf.map(copies), xf.cat), spread end

function makers.take()
  local n = below(9) - 1
  return xf.take(n), slice(1, n)
end

function makers.drop()
  local n = below(4) - 1
  return xf.drop(n), slice(n + 1, math.huge)
end

function makers.take_while()
  local p = predicate()
  local function pass(value) return not p(value) end
  return xf.take_while(pass), function(list) return slice(1, run_length(list, pass))(list) end
end

function makers.drop_while()
  local p = predicate()
  return xf.drop_while(p), function(list) return slice(run_length(list, p) + 1, math.huge)(list) end
end

function makers.take_nth()
  local n = below(3)
  return xf.take_nth(n), each(function(value, add, i) if (i - 1) % n == 0 then add(value) end end)
end

function makers.partition_all()
  local n = below(4)
  return xf.partition_all(n), grouped_by_n(n)
end

function makers.partition_by()
  local f = sieve()
  return xf.partition_by(f), naive(function(list, add)
    grouped(list, add, function(first, i) return f(list[first]) == f(list[i]) end)
  end)
end

function makers.dedupe()
  return xf.dedupe(), naive(function(list, add)
    for i = 1, #list do
      if i == 1 or list[i] ~= list[i - 1] then add(list[i]) end
    end
  end)
end

function makers.distinct()
  return xf.distinct(), naive(function(list, add)
    for i = 1, #list do
      local new = true
      for j = 1, i - 1 do new = new and list[j] ~= list[i] end
      if new then add(list[i]) end
    end
  end)
end

function makers.interpose()
  local separator = mapper()(below(5))
  return xf.interpose(separator), each(function(value, add, i)
    if i > 1 then add(separator) end
    add(value)
  end)
end

function makers.replace()
  local new = { "one", false, [0] = true, [true] = false, [false] = 3 }
  return xf.replace(new), each(function(value, add)
    if new[value] == nil then add(value) else add(new[value]) end
  end)
end

function makers.scan() return xf.scan(mix), scanned(mix) end

function makers.scan_from()
  local function f(total, value)
    total = mix(total, value)
    return total == 5 and async.reduced(total) or total
  end
  local init = below(2) == 1 and 4
  return xf.scan(f, init), scanned(f, init)
end

-- Written by users, counting their arguments.
function makers.user_map()
  local f = mapper()
  return user.map(function(value) return (f(value)) end), each(function(value, add) add((f(value))) end)
end

function makers.user_take()
  local n = below(8)
  return user.take(n), slice(1, n)
end

function makers.user_partition_all()
  local n = below(4)
  return user.partition_all(n), grouped_by_n(n)
end

local names = {}
for name in pairs(makers) do names[#names + 1] = name end
table.sort(names)
M.names = names

--- A random value ---------------------------------------------------------

local function value()
  local kind = below(8)
  if kind == 1 then return false end
  if kind == 2 then return true end
  if kind == 3 then return ("x"):rep(below(3)) end
  return below(9) - 1
end

--- A random list, often short.
function M.list()
  local list = {}
  for i = 1, below(below(40)) - 1 do list[i] = value() end
  return list
end

-- comp of xforms[first..last] with random brackets in it.
local function composed(xforms, first, last)
  if first > last then return xf.comp() end
  if first == last then return xforms[first] end
  local middle = first - 1 + below(last - first)
  return xf.comp(composed(xforms, first, middle), composed(xforms, middle + 1, last))
end

--- A random chain: its text, the transducer, its naive twin.
function M.chain()
  local texts, xforms, twins = {}, {}, {}
  for i = 1, below(6) - 1 do
    texts[i] = names[below(#names)]
    xforms[i], twins[i] = makers[texts[i]]()
  end
  return table.concat(texts, ", "), composed(xforms, 1, #xforms), function(list)
    for i = 1, #twins do list = twins[i](list) end
    return list
  end
end

return M
