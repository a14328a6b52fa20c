-- The same files run on Lua 5.1 to 5.5 and on LuaJIT, so a name of any is known.
std = "max"
read_globals = { "_IS_COMPILER" }
exclude_files = { "lua/async/macros.lua" } -- written by the Fennel compiler
files["spec"] = { std = "max+busted" }
