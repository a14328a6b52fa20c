-- unsub-all without a topic once failed, as did a close? of nil.
local async = require "async"

describe("14: pub and mult take the arguments that they document", function()
  it("unsub-all works without a topic", function()
    local p = async.pub(async.chan(), type)
    async.sub(p, "number", async.chan())
    assert.is_nil(async["unsub-all"](p))
    assert.is_nil(async.unsub_all(p))
  end)

  it("a close? of nil is taken for false", function()
    local source = async.chan()
    local tapped = async.tap(async.mult(source), async.chan(), nil)
    local routed = async.chan()
    local subbed = async.sub(async.pub(routed, type), "number", async.chan(), nil)
    async.close(source)
    async.close(routed)
    async.run()
    assert.is_false(tapped.closed)
    assert.is_false(subbed.closed)
  end)

  it("sub returns the channel", function()
    local c = async.chan()
    assert.equal(c, async.sub(async.pub(async.chan(), type), "number", c))
  end)
end)
