-- From one channel to another that has its values in another shape: filter_take,
-- remove_take, unique, partition, partition_by, mapcat_take, mapcat_put. All stop
-- when the channel they feed is closed.
local core = require "async.core"
local check = require "async.check"
local flow = require "async.flow"

local go, park_put, park_take = core.go, core.park_put, core.park_take
local close_after = flow.close_after

local M = {}

local function pass_some(wanted, keep, from, out)
  local value = park_take(from)
  while value ~= nil do
    if (keep(value) and true or false) == wanted and not park_put(out, value) then return end
    value = park_take(from)
  end
end

--- A channel with the values of which `keep` is true.
function M.filter_take(keep, from, buffer)
  check.callable("async.filter_take (filter<)", keep, 1)
  check.channel("async.filter_take (filter<)", from, 2)
  local out = flow.channel("async.filter_take (filter<)", buffer, 3)
  return close_after(go(pass_some, true, keep, from, out), out)
end

--- A channel with the values of which `drop` is false.
function M.remove_take(drop, from, buffer)
  check.callable("async.remove_take (remove<)", drop, 1)
  check.channel("async.remove_take (remove<)", from, 2)
  local out = flow.channel("async.remove_take (remove<)", buffer, 3)
  return close_after(go(pass_some, false, drop, from, out), out)
end

local function pass_changes(from, out)
  local value, last = park_take(from), nil
  while value ~= nil do
    if value ~= last and not park_put(out, value) then return end
    last = value
    value = park_take(from)
  end
end

--- A channel without the values that equal the one before.
function M.unique(from, buffer)
  check.channel("async.unique", from, 1)
  local out = flow.channel("async.unique", buffer, 2)
  return close_after(go(pass_changes, from, out), out)
end

local function group_by_count(size, from, out)
  local group, value = {}, park_take(from)
  while value ~= nil do
    group[#group + 1] = value
    if #group == size then
      if not park_put(out, group) then return end
      group = {}
    end
    value = park_take(from)
  end
  if #group > 0 then park_put(out, group) end
end

--- A channel with lists of `size` values; the last one may be shorter.
function M.partition(size, from, buffer)
  check.count("async.partition", size, 1, 1)
  check.channel("async.partition", from, 2)
  local out = flow.channel("async.partition", buffer, 3)
  return close_after(go(group_by_count, size, from, out), out)
end

local function group_by_key(key_of, from, out)
  local group, key, value = {}, nil, park_take(from)
  while value ~= nil do
    local new = key_of(value)
    if #group > 0 and new ~= key then
      if not park_put(out, group) then return end
      group = {}
    end
    key = new
    group[#group + 1] = value
    value = park_take(from)
  end
  if #group > 0 then park_put(out, group) end
end

--- A channel with lists of successive values of which `key_of` says the same.
function M.partition_by(key_of, from, buffer)
  check.callable("async.partition_by (partition-by)", key_of, 1)
  check.channel("async.partition_by (partition-by)", from, 2)
  local out = flow.channel("async.partition_by (partition-by)", buffer, 3)
  return close_after(go(group_by_key, key_of, from, out), out)
end

local function spread(f, from, out)
  local value = park_take(from)
  while value ~= nil do
    local list = f(value)
    for i = 1, #list do
      if not park_put(out, list[i]) then return end
    end
    value = park_take(from)
  end
end

--- A channel with the values of the lists that `f` makes of what comes on `from`.
function M.mapcat_take(f, from, buffer)
  check.callable("async.mapcat_take (mapcat<)", f, 1)
  check.channel("async.mapcat_take (mapcat<)", from, 2)
  local out = flow.channel("async.mapcat_take (mapcat<)", buffer, 3)
  return close_after(go(spread, f, from, out), out)
end

--- A channel for values of which `f` makes lists; `to` gets what is in those, and is
--- closed behind it.
function M.mapcat_put(f, to, buffer)
  check.callable("async.mapcat_put (mapcat>)", f, 1)
  check.channel("async.mapcat_put (mapcat>)", to, 2)
  local from = flow.channel("async.mapcat_put (mapcat>)", buffer, 3)
  close_after(go(spread, f, from, to), to)
  return from
end

return M
