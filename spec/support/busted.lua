-- busted's own command is a wrapper whose first line picks the Lua; here the caller picks.
require("busted.runner")({ standalone = false })
