-- What Fennel's `,doc` says about each function: arguments and a text, by its Lua
-- name. Arguments that may be left out begin with `?`, as in Fennel.
-- The front door loads this only where Fennel is loaded.
local doc = { entries = {}, xf = require "async.doc.xf" }

for _, part in ipairs { "verbs", "flow" } do
  for name, entry in pairs(require("async.doc." .. part)) do doc.entries[name] = entry end
end

local function words(text)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = word end
  return list
end

--- Where Fennel, if it is loaded under whatever name, keeps what it knows of functions.
function doc.metadata()
  local fennel = package.loaded.fennel or package.loaded["fennel.compiler"]
  return type(fennel) == "table" and fennel.metadata or nil
end

--- Tells Fennel about the functions of a module: register(async, fennel.metadata).
function doc.register(module, metadata)
  local function tell(functions, entries)
    for name, entry in pairs(entries) do
      metadata:setall(functions[name], "fnl/arglist", words(entry[1]), "fnl/docstring", entry[2])
    end
  end
  tell(module, doc.entries)
  tell(module.xf, doc.xf)
end

return doc
