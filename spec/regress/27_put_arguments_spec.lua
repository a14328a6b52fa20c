local async = require("async")
local support = require("spec.support.init")

describe("27: put! is not confused by its number of arguments", function()
  it("a nil callback is no callback", function()
    local c = async.chan(3)
    assert.is_true(async["put!"](c, 1, nil))
    assert.is_true(async["put!"](c, 2, nil, nil))
    assert.is_true(async["put!"](c, 3, nil, true))
    assert.is_true(async["put!"](c, 4, nil)) -- pends
    for i = 1, 4 do assert.equal(i, async["<!!"](c)) end
    async.close(c)
    assert.is_false(async["put!"](c, 5, nil))
    support.T(1)
  end)

  it("more than four are either refused or ignored, never answered with nil", function()
    local c = async.chan(1)
    local seen, f = support.recorder()
    local ok, result = pcall(async["put!"], c, 1, f, true, "extra")
    if ok then
      assert.is_true(result)
      assert.same({ n = 1, true }, seen)
      assert.equal(1, async.try_take(c))
    else
      assert.equal(0, seen.n)
      assert.is_nil(async.try_take(c))
    end
  end)

  it("a callback that is no function is refused before anything happens", function()
    local c = async.chan(1)
    support.raises("put!", async["put!"], c, 1, 5)
    assert.equal(0, #c)
    async.put_async(c, 1)
    support.raises("take!", async["take!"], c, 5)
    assert.equal(1, #c)
  end)
end)
