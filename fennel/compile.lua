-- compile.lua SOURCE: writes Fennel macros as Lua for Fennel's macro searcher to standard output.
-- The names of the compiler's own functions have characters that Lua names cannot have;
-- they are looked up in _G, since that searcher runs Lua in an environment without mangled names.
local fennel = require("fennel")

local name = arg[1]
local file = assert(io.open(name))
local source = file:read("*a")
file:close()

local code = fennel.compileString(source, {
  filename = name,
  scope = "_COMPILER",
  allowedGlobals = false,
  useMetadata = true,
  ["global-mangle"] = false,
})
io.write(code, "\n")
