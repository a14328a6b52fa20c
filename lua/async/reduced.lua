-- The wrapper by which a reducing function says that it has had enough.
--
-- Programs and libraries recognise each other's reduced values by one shared
-- metatable, so whichever copy of this module was loaded first is used by all.

local NAME = "io.gitlab.andreyorst.reduced"

local function build()
  local Reduced = { __name = "reduced", __index = {} }

  --- The wrapped value.
  function Reduced.__index:unbox()
    return self[1]
  end

  function Reduced.__tostring(self)
    return "reduced: " .. tostring(self[1])
  end

  --- Wraps a value; any value will do.
  local function reduced(value)
    return setmetatable({ value }, Reduced)
  end

  --- Is it a wrapped value?
  local function is_reduced(value)
    return rawequal(getmetatable(value), Reduced)
  end

  return { reduced = reduced, is_reduced = is_reduced, ["reduced?"] = is_reduced }
end

if not (package.loaded[NAME] or package.preload[NAME]) then
  package.preload[NAME] = build
end

return require(NAME)
