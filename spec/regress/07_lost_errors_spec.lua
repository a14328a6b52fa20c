local async = require("async")
local support = require("spec.support.init")

local T = support.T

describe("07: an error in a go block or a callback is never lost", function()
  it("after the first park: reported once, the result channel closes", function()
    local line = debug.getinfo(1, "l").currentline + 3
    local result
    local reports = support.quiet_errors(function()
      result = async.go(function()
        async.park_take(async.timeout(1))
        error("too late")
      end)
      assert.is_nil(async["<!!"](result))
      T(1)
    end)
    assert.is_true(result.closed)
    assert.equal(1, #reports)
    local report = reports[1].report
    assert.truthy(report:find("too late", 1, true))
    assert.truthy(report:find("stack traceback", 1, true))
    assert.truthy(report:find("spawned at .*07_lost_errors_spec%.lua:" .. line), report)
    -- the frame that raised, not only the one that resumed it
    assert.truthy(report:find("07_lost_errors_spec%.lua:" .. line + 2), report)
  end)

  it("before the first park it is the same", function()
    local result
    local reports = support.quiet_errors(function()
      result = async.go(function() error("at once") end)
      assert.is_nil(async["<!!"](result))
    end)
    assert.is_true(result.closed)
    assert.equal(1, #reports)
    assert.truthy(reports[1].report:find("at once", 1, true))
  end)

  it("every go block that fails is reported, and the others go on", function()
    local results = {}
    local reports = support.quiet_errors(function()
      for i = 1, 10 do
        results[i] = async.go(function()
          async.park_take(async.timeout(1))
          if i % 2 == 0 then error({ number = i }) end
          return i
        end)
      end
      for i = 1, 10 do
        if i % 2 == 0 then
          assert.is_nil(async["<!!"](results[i]))
        else
          assert.equal(i, async["<!!"](results[i]))
        end
      end
      T(1)
    end)
    local numbers = {}
    for i = 1, #reports do numbers[i] = reports[i].err.number end
    assert.same({ 2, 4, 6, 8, 10 }, numbers)
  end)

  it("a dispatched callback is reported with its traceback", function()
    local reports = support.quiet_errors(function()
      local c = async.chan()
      async.take_async(c, function() error("in a callback") end)
      async.put_async(c, 1)
      T(1)
    end)
    assert.equal(1, #reports)
    assert.truthy(reports[1].report:find("in a callback", 1, true))
    assert.truthy(reports[1].report:find("07_lost_errors_spec.lua", 1, true))
  end)

  it("without a handler the report goes to stderr", function()
    local lines = support.child([[
      local async = require("async")
      async.go(function()
        async.park_take(async.timeout(1))
        error("go failed")
      end)
      async.put_async(async.chan(1), 1, function() error("callback failed") end, false)
      async.run()
      print("alive")
    ]])
    local text = table.concat(lines, "\n")
    assert.equal("exit 0", lines[#lines], text)
    assert.truthy(text:find("go failed", 1, true), text)
    assert.truthy(text:find("spawned at", 1, true), text)
    assert.truthy(text:find("callback failed", 1, true), text)
    assert.truthy(text:find("alive", 1, true), text)
  end)
end)
