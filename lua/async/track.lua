-- Timers in coroutines of the program's own, where a hook belongs to one coroutine:
-- Lua's functions that resume them are replaced by ones that see to the hook.
local core = require "async.core"

-- By name: who makes the function that takes the place of Lua's own.
local MAKERS = { resume = core.tracked_resume, wrap = core.tracked_wrap }

local ours, before = {}, {}

local function replace(name, maker)
  local present = coroutine[name]
  if present == ours[name] or (ours[name] and present ~= before[name]) then
    return -- ours is in place, or behind that of somebody else
  end
  local made = maker(present)
  if made then
    ours[name], before[name] = made, present
    coroutine[name] = made -- luacheck: ignore 122
  end
end

local function put_back(name)
  if ours[name] and coroutine[name] == ours[name] then
    coroutine[name] = before[name] -- luacheck: ignore 122
    ours[name], before[name] = nil, nil
  end
end

local track = {}

function track.track_coroutines(...)
  local on = ...
  if select("#", ...) == 0 then
    on = true
  elseif type(on) ~= "boolean" then
    error(("async.track_coroutines: boolean expected, got %s (argument 1)"):format(type(on)), 2)
  end
  local all = true
  for name, maker in pairs(MAKERS) do
    if on then replace(name, maker) else put_back(name) end
    all = all and ours[name] ~= nil
  end
  return all
end

return track
