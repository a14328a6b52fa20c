local async = require("async")
local xf = async.xf

local function words_of(line)
  local words = {}
  for word in line:gmatch("%a+") do words[#words + 1] = word end
  return words
end

-- Lines become words, the short ones are left out, and the rest goes in threes.
local groups = xf.comp(
  xf.mapcat(words_of),
  xf.filter(function(word) return #word > 3 end),
  xf.map(string.upper),
  xf.partition_all(3)
)

-- On a channel: lines are put, groups are taken; the last one comes at close.
local lines = async.chan(4, groups)
async.go(function()
  lines:put("a channel carries values")
  lines:put("from one block to another")
  lines:close()
end)
for group in lines:iter() do print(table.concat(group, " ")) end
--> CHANNEL CARRIES VALUES
--> FROM BLOCK ANOTHER

-- On a list, with the same transducer.
local list = xf.into({}, groups, { "here is a list of lines", "with seven long words" })
print(#list .. " groups, the last of " .. #list[#list])
--> 3 groups, the last of 1
