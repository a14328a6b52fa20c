-- Channels whose values come in another shape, and faces of channels.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

local chan, close, put_async, to_chan = async.chan, async.close, async.put_async, async.to_chan
local block_put, block_take, drain, raises = async.block_put, async.block_take, support.drain, support.raises

local function even(n) return n % 2 == 0 end
local function double(n) return n * 2 end
local function twice(n) return { n, n } end

--- Feeds `object` with a list in a go block; what `channel` gives then.
local function fed(object, channel, list)
  async.go(function()
    for _, value in ipairs(list) do async.put(object, value) end
    async.close(object)
  end)
  return drain(channel)
end

describe("a channel in another shape", function()
  it("unique drops what equals the value before", function()
    assert.same({ 1, 2, 1, false, 3 }, drain(async.unique(to_chan { 1, 1, 2, 1, false, false, 3 })))
    assert.same({ 1 }, drain(to_chan({ 1, 1 }):unique(1)))
  end)

  it("partition makes full groups, and a short one of the rest", function()
    assert.same({ { 1, 2 }, { 3, 4 }, { 5 } }, drain(async.partition(2, to_chan { 1, 2, 3, 4, 5 })))
    assert.same({ { 1, 2 } }, drain(to_chan({ 1, 2 }):partition(2)))
    raises("async.partition: whole number of at least 1", async.partition, 0, chan())
  end)

  it("partition-by begins a group where f says something else", function()
    local groups = drain(async["partition-by"](even, to_chan { 1, 3, 2, 4, 5 }))
    assert.same({ { 1, 3 }, { 2, 4 }, { 5 } }, groups)
    assert.same({ { 1 }, { 2 } }, drain(to_chan({ 1, 2 }):partition_by(even)))
    assert.same({ { 1, 2 } }, drain(async.partition_by(function() end, to_chan { 1, 2 })))
  end)

  it("filter< and remove< keep and drop", function()
    assert.same({ 2, 4 }, drain(async["filter<"](even, to_chan { 1, 2, 3, 4 })))
    assert.same({ 1, 3 }, drain(async["remove<"](even, to_chan { 1, 2, 3, 4 })))
  end)

  it("mapcat< and mapcat> spread lists", function()
    assert.same({ 1, 1, 2, 2 }, drain(async["mapcat<"](twice, to_chan { 1, 2 })))
    local to = chan()
    assert.same({ 1, 1, 2, 2 }, fed(async["mapcat>"](twice, to, 1), to, { 1, 2 }))
    assert.is_true(to.closed)
  end)

  it("reports an error of its function, and closes", function()
    for _, name in ipairs { "filter<", "remove<", "partition-by", "mapcat<" } do
      local errors = more.reported(function()
        assert.same({}, drain(async[name](function() error "no shape" end, to_chan { 1 })))
      end)
      assert.equal(1, #errors, name)
      assert.truthy(errors[1].report:find "no shape.*traceback")
    end
  end)

  it("stops when it is closed", function()
    for _, name in ipairs { "unique", "filter<", "partition", "mapcat<" } do
      local from = chan()
      local out
      if name == "unique" then
        out = async.unique(from)
      elseif name == "partition" then
        out = async.partition(1, from)
      else
        out = async[name](name == "mapcat<" and twice or tostring, from)
      end
      close(out)
      assert.is_true(block_put(from, 1))
      more.settle()
      assert.is_nil(async.try_put(from, 2), name)
    end
  end)
end)

describe("a face of a channel", function()
  it("map< gives f of each value when it is taken, in every way", function()
    local from = to_chan { 1, 2, 3, 4 }
    local face = async["map<"](double, from)
    assert.is_true(async.is_chan(face))
    assert.equal(4, #from)
    assert.equal(2, block_take(face))
    assert.equal(4, async.try_take(face))
    assert.equal(6, async.alts({ face })[1])
    assert.equal(8, block_take(async.go(function() return async.take(face) end)))
    assert.is_nil(block_take(face))
    assert.is_true(async.is_closed(face))
  end)

  it("map< gives f of a value for which somebody waited, false too", function()
    local from = chan()
    local face = async.map_take(function(value) return value == 1 and "one" or false end, from)
    local results = { async.go(async.take, face), async.go(async.take, face) }
    put_async(from, 1)
    put_async(from, 2)
    assert.equal("one", block_take(results[1]))
    assert.is_false(block_take(results[2]))
    local ended = async.go(function() return async.take(face) == nil end)
    close(from)
    assert.is_true(block_take(ended))
  end)

  it("map< whose function fails raises at who takes, and reports to who waited", function()
    local from = to_chan { 1 }
    raises("no face", block_take, async.map_take(function() error "no face" end, from))
    from = chan()
    local face = async.map_take(function() error "no face" end, from)
    local errors = more.reported(function()
      local ended = async.go(function() return async.take(face) == nil end)
      put_async(from, 1)
      assert.is_true(block_take(ended))
    end)
    assert.equal(1, #errors)
  end)

  it("map> puts f of each value, and closes through", function()
    local to = chan()
    assert.same({ 2, 4 }, fed(async["map>"](double, to), to, { 1, 2 }))
    assert.is_true(to.closed)
  end)

  it("filter> and remove> accept what they do not pass on, until closed", function()
    local to = chan(5)
    local face = async["filter>"](even, to)
    assert.is_true(block_put(face, 1))
    assert.is_true(block_put(face, 2))
    assert.same({ true, face }, async.alts({ { face, 3 } }))
    assert.equal(1, #to)
    close(to)
    assert.is_false(block_put(face, 1))
    assert.is_false(block_put(face, 2))
    to = chan()
    assert.same({ 1, 3 }, fed(async["remove>"](even, to), to, { 1, 2, 3 }))
  end)

  it("is taken from and put to in the middle of a pipe", function()
    local to = chan()
    async.pipe(async.map_take(double, to_chan { 1, 2, 3 }), async.filter_put(function(n) return n ~= 4 end, to))
    assert.same({ 2, 6 }, drain(to))
  end)
end)

describe("lab", function()
  it("multiplex gives values of all channels, and nil when all are closed", function()
    local got = drain(async.multiplex(to_chan { 1 }, to_chan { 2 }, to_chan {}))
    table.sort(got)
    assert.same({ 1, 2 }, got)
  end)

  it("broadcast is done when every channel has accepted", function()
    local a, b = chan(), chan()
    local all, done = async.broadcast(a, b), false
    async.go(function()
      assert(async.put(all, 1) == true)
      done = true
    end)
    assert.equal(1, block_take(b))
    more.settle()
    assert.is_false(done)
    assert.equal(1, block_take(a))
    more.settle()
    assert.is_true(done)
  end)

  it("broadcast says false only when all channels are closed, and closes them all", function()
    local a, b = chan(1), chan(1)
    local all = async.broadcast(a, b)
    close(a)
    assert.is_true(block_put(all, 1))
    close(b)
    assert.is_false(block_put(all, 2))
    local c = chan()
    all = async.broadcast(c)
    close(all)
    assert.is_true(c.closed and async.is_closed(all))
    assert.is_false(block_put(all, 1))
  end)

  it("broadcast can be a port of alts, which waits for it once it has begun", function()
    local a, b, other = chan(), chan(), chan()
    local all = async.broadcast(a, b)
    local result = async.go(function() return async.alts({ { all, 1 }, other }, "priority", true) end)
    put_async(other, "other")
    assert.equal(1, block_take(a))
    assert.equal(1, block_take(b))
    assert.same({ true, all }, block_take(result))
    assert.equal("other", block_take(other))
    assert.same({ 0, "default" }, async.alts({ { all, 1 } }, "default", 0))
  end)
end)
