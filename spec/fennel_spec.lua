-- busted 2.1 reads no Fennel, so this file compiles every spec/fennel/*_spec.fnl.
-- A file that does not compile is an error of its block, with Fennel's message.
local directory = require("pl.dir")
local fennel = require("fennel")

local files = directory.getfiles("spec/fennel", "*_spec.fnl")
table.sort(files)

describe("Fennel", function()
  it("has specs to run", function()
    assert.is_true(#files > 0)
  end)

  for _, file in ipairs(files) do
    describe(file, function()
      local env = _ENV or getfenv(1) -- busted's, with describe and it
      fennel.dofile(file, { env = env, allowedGlobals = false })
    end)
  end
end)
