-- The triggers that this Lua has, and what a benchmark needs to compare them.
local async = require("async")

local triggers = {}

-- Their names, "none" as the last.
function triggers.names()
  local before, found = async.trigger(), {}
  for _, name in ipairs { "alarm", "count", "profile", "none" } do
    local known = pcall(async.trigger, name)
    if known and async.trigger() == name then found[#found + 1] = name end
  end
  async.trigger(before)
  return found
end

-- What so many parts of a sorted list are not above.
function triggers.quantile(sorted, part)
  return sorted[math.max(1, math.ceil(#sorted * part))]
end

function triggers.median(list)
  table.sort(list)
  return triggers.quantile(list, 0.5)
end

return triggers
