-- In async.fnl 1.6.35 a pipe and a pipeline read on when `to` was closed, and pipe gave back another channel.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

--- How many of a hundred waiting puts are taken by what `begin(from, to)` begins, when `to` is closed.
local function taken_of_100(begin)
  local from, to = async.chan(), async.chan()
  local answers, note = more.recorder()
  for i = 1, 100 do async.put_async(from, i, note) end
  async.close(to)
  begin(from, to)
  more.settle()
  assert.is_false(from.closed)
  return answers.n
end

describe("regression 22: what feeds a closed channel stops", function()
  it("pipe, after one value; and it gives back to", function()
    assert.equal(1, taken_of_100(function(from, to) assert.equal(to, async.pipe(from, to)) end))
  end)

  it("onto-chan, after one value, and its own channel gives nil", function()
    local to, reads = async.chan(), 0
    async.close(to)
    local list = setmetatable({}, { __index = function()
      reads = reads + 1
      return reads
    end })
    assert.is_nil(async.block_take(async.onto_chan(to, list)))
    assert.equal(1, reads)
  end)

  for _, name in ipairs { "pipeline", "pipeline_unordered", "pipeline_async", "pipeline_async_unordered" } do
    it(name .. ", after no more values than may be on their way", function()
      local f = support.id
      if name:find "async" then
        f = function(value, result)
          async.put_async(result, value)
          async.close(result)
        end
      end
      assert.is_true(taken_of_100(function(from, to) async[name](2, to, f, from) end) <= 5)
    end)
  end
end)
