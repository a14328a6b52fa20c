-- Random programs over mult, pub and mix: each value comes once to everybody who was there throughout, in
-- order, whoever comes, goes or is closed meanwhile; and at the end everything closes.
local more = require "spec.support.more"
local program = require "spec.support.hubs_random"

describe("a random program", function()
  for _, name in ipairs { "mult", "pub", "mix" } do
    it("over a " .. name .. " loses, doubles and reorders nothing, and leaves nothing behind", function()
      local before = more.parked()
      for seed = 1, 15 do program.run(name, seed, 200) end
      assert.equal(before, more.parked())
    end)
  end
end)
