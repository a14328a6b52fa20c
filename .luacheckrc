-- The same files run on Lua 5.4 and on LuaJIT, so a name of either is known.
std = "max"
read_globals = { "_IS_COMPILER" }
exclude_files = { "lua/async/macros.lua" } -- written by the Fennel compiler
files["spec"] = { std = "max+busted" }
