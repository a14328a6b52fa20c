-- In async.fnl 1.6.35 a pipeline of no jobs hung, and pipeline-unordered gave nothing back.
local async = require "async"
local support = require "spec.support.init"

local NAMES = { "pipeline", "pipeline-unordered", "pipeline-async", "pipeline-async-unordered", "pipeline-blocking" }

describe("regression 29: a pipeline", function()
  it("of no jobs is refused, with the name of the function", function()
    for _, name in ipairs(NAMES) do
      local err = support.raises("at least 1 expected, got 0", async[name], 0, async.chan(), support.id, async.chan())
      assert.truthy(err:find(name, 1, true))
    end
  end)

  it("gives a channel that closes at the end", function()
    for _, name in ipairs(NAMES) do
      local function f(_, result) async.close(result) end
      local transform = name:find "async" and f or support.filter(function() return false end)
      local done = async[name](1, async.chan(), transform, async.to_chan { 1, 2 })
      assert.is_true(async.is_chan(done))
      assert.is_nil(async.block_take(done))
      assert.is_true(done.closed)
    end
  end)
end)
