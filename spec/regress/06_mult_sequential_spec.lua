-- A mult once put to one tap after the other, so that reading them in another order never ended.
local async = require "async"

describe("06: the taps of a mult are read in any order", function()
  local function read(order)
    local source = async.chan()
    local m, taps = async.mult(source), {}
    for i = 1, #order do taps[i] = async.tap(m, async.chan()) end
    local puts = async.go(function()
      for i = 1, 50 do async.park_put(source, i) end
    end)
    for i = 1, 50 do
      for _, k in ipairs(order) do assert.equal(i, async.block_take(taps[k])) end
    end
    async.block_take(puts)
  end

  it("forwards", function() read { 1, 2, 3, 4, 5 } end)
  it("backwards", function() read { 5, 4, 3, 2, 1 } end)
  it("from the middle", function() read { 3, 1, 5, 2, 4 } end)
  it("with two of them backwards", function() read { 2, 1 } end)
end)
