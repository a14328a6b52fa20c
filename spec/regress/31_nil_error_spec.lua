-- In async.fnl 1.6.35 an error whose value was nil vanished on its way through the library's pcall.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"
local x = require "spec.support.xforms"

local function raise_nil() error(nil) end

describe("regression 31: an error without a value is still an error", function()
  it("in a go block, before and after a park: reported, and the result closes", function()
    local c, early, late = async.chan(), nil, nil
    local errors = more.reported(function()
      early = async.go(raise_nil)
      late = async.go(function()
        async.park_take(c)
        raise_nil()
      end)
      async.put_async(c, 1)
    end)
    assert.equal(2, #errors)
    for _, entry in ipairs(errors) do
      assert.equal(can.no_value, entry.err)
      assert.truthy(entry.report:find("spawned at", 1, true))
    end
    assert.is_true(early.closed)
    assert.is_true(late.closed)
  end)

  it("in a step: the handler is called and its value is buffered", function()
    local calls = 0
    local c = async.chan(1, x.each(raise_nil), function(err)
      calls = calls + 1
      assert.equal(can.no_value, err)
      return "replaced"
    end)
    assert.is_true(async.put_async(c, 1))
    assert.equal(1, calls)
    assert.equal("replaced", async.block_take(c))
  end)

  it("in a step without a handler: reported, and nothing is buffered", function()
    local c
    local errors = more.reported(function()
      c = async.chan(1, x.each(raise_nil))
      assert.is_true(async.put_async(c, 1))
    end)
    assert.equal(1, #errors)
    assert.equal(0, #c)
  end)

  it("in a completion: reported, and takers get nil", function()
    local c = async.chan(1, x.on_complete(raise_nil))
    local errors = more.reported(function() async.close(c) end)
    assert.equal(1, #errors)
    assert.is_nil(async.block_take(c))
  end)

  it("in a callback on the caller: it comes out of the call", function()
    local ok, err = pcall(async.put_async, async.chan(1), 1, raise_nil)
    assert.is_false(ok)
    assert.equal(can.no_value, err)
  end)

  it("caught by the block itself: pcall says false, across a park", function()
    local ok, err = more.in_go(async.pcall, function()
      async.park_take(async.timeout(1))
      raise_nil()
    end)
    assert.is_false(ok)
    assert.equal(can.no_value, err)
  end)

  it("in a pipeline: the handler is called, or it is reported, and the pipeline goes on", function()
    local calls, to = 0, async.chan(5)
    local function map_or_nil(value)
      if value == 2 then raise_nil() end
      return value
    end
    async.pipeline(1, to, x.map(map_or_nil), async.to_chan { 1, 2, 3 }, true, function() calls = calls + 1 end)
    assert.same({ 1, 3 }, { async.block_take(to), async.block_take(to) })
    assert.equal(1, calls)
    to = async.chan(5)
    local errors = more.reported(function()
      async.pipeline(1, to, x.map(map_or_nil), async.to_chan { 1, 2, 3 })
      assert.same({ 1, 3 }, { async.block_take(to), async.block_take(to) })
    end)
    assert.equal(1, #errors)
  end)

  it("in what a combinator calls: reported, and the result closes", function()
    local errors = more.reported(function()
      assert.is_nil(async.block_take(async.reduce(raise_nil, 0, async.to_chan { 1 })))
      assert.is_nil(async.block_take(async.map(raise_nil, { async.to_chan { 1 } })))
      assert.is_nil(async.block_take(async.split(raise_nil, async.to_chan { 1 })[1]))
    end)
    assert.equal(3, #errors)
  end)
end)
