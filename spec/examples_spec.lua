-- The examples whose output is always the same, in Lua and in Fennel.
local support = require "spec.support.init"

local CHAT = [[
Ada heard
  [games] Ada: anybody for chess?
  [music] Cleo: listen to this
  [games] Ben: not today, I have to go
  [games] Ada: bye, Ben
  [games] Ada: so I play alone
  [music] Ada: is this Bach?
Ben heard
  [games] Ada: anybody for chess?
  [games] Ben: not today, I have to go
  [games] Ada: bye, Ben
Cleo heard
  [music] Cleo: listen to this
  [music] Ada: is this Bach?
said: 4 in games, 2 in music, 1 in cooking
exit 0
]]

local function output(script)
  local command = ("LUA_PATH='%s' LUA_CPATH='%s' timeout 30 '%s' %s 2>&1; echo exit $?"):format(
    package.path, package.cpath, support.interpreter(), script)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

describe("the chat", function()
  it("runs in Lua", function() assert.equal(CHAT, output("examples/chat.lua")) end)
  it("runs in Fennel", function() assert.equal(CHAT, output("build/fennel/fennel examples/chat.fnl")) end)
end)
