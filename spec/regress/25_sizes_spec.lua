local async = require("async")
local support = require("spec.support.init")

describe("25: buffer sizes are checked where they are given", function()
  it("a float with a whole value is a size", function()
    for _, make in ipairs({ async.chan, async.buffer, async.dropping_buffer, async.sliding_buffer }) do
      assert.truthy(make(1.0))
    end
    local c = async.chan(1.0)
    assert.is_true(async.try_put(c, 1))
    assert.is_nil(async.try_put(c, 2))
  end)

  it("chan refuses what is no size, but 0 means unbuffered", function()
    for _, size in ipairs({ -1, 1.5, -0.5, "2x", true, math.huge, 0 / 0, 2 ^ 70 }) do
      assert.is_false((pcall(async.chan, size)), tostring(size))
    end
    assert.is_true(async.is_chan(async.chan(0)))
  end)

  it("a windowed buffer without a size is refused at once", function()
    local names = {
      buffer = "buffer", dropping_buffer = "dropping-buffer", sliding_buffer = "sliding-buffer",
    }
    for alias, name in pairs(names) do
      local err = support.raises(name, async[alias])
      assert.truthy(err:find(alias, 1, true))
      support.raises(name, async[alias], nil)
    end
  end)
end)
