local async = require("async")
local support = require("spec.support.init")

-- How often this process went to sleep so far, where the system counts it.
local function naps()
  local status = io.open("/proc/self/status")
  if not status then return 0 end
  local count = status:read("*a"):match("\nvoluntary_ctxt_switches:%s*(%d+)")
  status:close()
  return tonumber(count)
end

describe("17: a wait is one sleep, not thousands", function()
  it("for one timer", function()
    local before = naps()
    local wall, cpu = support.measure(support.T, 500)
    local slept = naps() - before
    assert.is_true(wall >= 500, wall .. " ms")
    assert.is_true(slept <= 10, slept .. " sleeps")
    assert.is_true(cpu < 10, cpu .. " ms of processor time")
  end)

  it("and about one for each of several", function()
    for i = 1, 10 do async.timeout(i * 20) end
    local before = naps()
    local _, cpu = support.measure(async.run)
    local slept = naps() - before
    assert.is_true(slept <= 30, slept .. " sleeps")
    assert.is_true(cpu < 10, cpu .. " ms of processor time")
  end)
end)
