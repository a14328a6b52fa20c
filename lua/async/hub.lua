-- What mult, mix and pub have in common: objects that answer to a method protocol,
-- so that a user's own object with the same methods does as well.
local core = require "async.core"

local go, take_async = core.go, core.take_async

local hub = {}

--- A class whose objects show themselves as `Name: 0x… (describe(self))`.
function hub.class(name, describe)
  local class = { __name = name }
  class.__index = class
  function class.__tostring(self)
    return ("%s: %s (%s)"):format(name, self.address, describe(self))
  end
  -- For fennel.view, which would show all fields.
  function class.__fennelview(self)
    return "#<" .. tostring(self) .. ">"
  end
  return class
end

--- Makes `fields` an object of the class.
function hub.object(class, fields)
  fields.address = tostring(fields):match("0x%x+") or "?"
  return setmetatable(fields, class)
end

local function index(object, key)
  return object[key]
end

--- Raises in the name of whoever called the function that checks, unless the
--- object has the method.
function hub.check(name, object, method, kind)
  if type(object) == "table" then
    if object[method] then return end
  elseif type(object) == "userdata" then
    local can_be_indexed, found = pcall(index, object, method)
    if can_be_indexed and found then return end
  end
  error(("%s: %s expected, got %s (argument 1)"):format(name, kind, type(object)), 3)
end

--- Runs loop(object) as a go block, and then finish(object, ended): `ended` is
--- nil when an error, which has been reported, was the end of it.
function hub.run(loop, object, finish)
  take_async(go(loop, object), function(ended)
    finish(object, ended)
  end, false)
end

return hub
