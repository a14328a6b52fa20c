-- Random programs: every value that was put arrives once or was refused, every put is answered once.
local more = require "spec.support.more"

local function run(by_hand)
  more.expect_ok(([[
    local program = require "spec.support.random_run"
    for seed = 1, 40 do
      print("seed " .. seed)
      program.run(seed, 4000, %s)
    end
    print "ok"
  ]]):format(tostring(by_hand)), 100)
end

describe("a random program", function()
  it("loses, doubles and invents nothing", function() run(false) end)

  it("of which some blocks are resumed or closed by somebody else does no worse than it reports", function()
    run(true)
  end)
end)
