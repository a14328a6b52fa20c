local async = require("async")
local support = require("spec.support.init")

-- Every port list here begins with a channel that must stay untouched.
local function refused(ports)
  local a = ports[1]
  local ok
  async.go(function() ok = pcall(async["alts!"], ports) end)
  assert.is_false(ok)
  assert.is_false((pcall(async["alts!!"], ports)))

  assert.is_nil(async.try_put(a, "nobody"))
  local seen, g = support.recorder()
  async.put_async(a, "v")
  async.take_async(a, g)
  assert.same({ n = 1, "v" }, seen)
end

describe("12: alts! looks at every port before it touches the first", function()
  it("a nil value among the puts", function()
    refused({ async.chan(), { async.chan(), nil } })
  end)

  it("a port that is no channel", function()
    for _, port in ipairs({ 5, "c", {}, false, { 5, 1 }, { {}, 1 }, print }) do
      refused({ async.chan(), port })
      refused({ async.chan(), async.chan(), port })
    end
  end)

  it("a ready first port does not hide a bad one, nor is its value lost", function()
    local a = async.chan(1)
    async.put_async(a, "kept")
    local ok
    async.go(function() ok = pcall(async.park_alts, { a, "bad" }, "priority", true) end)
    assert.is_false(ok)
    assert.equal("kept", async.try_take(a))
  end)
end)
