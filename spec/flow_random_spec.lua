-- Every combinator with random channels, speeds and closings: what went in comes out once, in order where
-- order is promised, and everything closes.
local more = require "spec.support.more"

local RUNS = tonumber(os.getenv "FLOW_RUNS") or 60
local names = require("spec.support.random_flow").names

describe("values through random combinators", function()
  for _, name in ipairs(names) do
    it("are all accounted for: " .. name, function()
      more.expect_ok(([[
        local flow = require "spec.support.random_flow"
        local async = require "async"
        local trouble
        async.on_error(function(report) trouble = trouble or report end)
        for seed = 1, %d do
          local ok, err = pcall(flow.run, %q, seed * 7919)
          if not ok or trouble then
            print("seed " .. seed * 7919, err, trouble)
            os.exit(1)
          end
        end
        print "ok"
      ]]):format(RUNS, name), 100)
    end)
  end
end)
