-- The examples whose output is always the same, in Lua and in Fennel.
local more = require "spec.support.more"

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

describe("the chat", function()
  it("runs in Lua", function() assert.equal(CHAT, more.output("examples/chat.lua")) end)
  it("runs in Fennel", function() assert.equal(CHAT, more.output("build/fennel/fennel examples/chat.fnl")) end)
end)
