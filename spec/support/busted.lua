-- busted's own command is a wrapper whose first line picks the Lua; here the caller picks.
if _VERSION == "Lua 5.5" then require("spec.support.older") end
require("spec.support.raw")
require("busted.runner")({ standalone = false })
