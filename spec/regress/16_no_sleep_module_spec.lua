local support = require("spec.support.init")

local CHILD = [[
  local asked = {}
  for _, name in ipairs({ "socket", "socket.core", "posix", "posix.time", "system" }) do
    package.preload[name] = function()
      asked[#asked + 1] = name
      error(name .. " is not here")
    end
  end
  local async = require("async")
  local t = async.timeout(30)
  assert(async["<!!"](t) == nil and t.closed)
  local picked = async["alts!!"]({ async.chan(), async.timeout(10) })
  assert(picked[1] == nil)
  local c = async.chan()
  async.go(function()
    async.park_take(async.timeout(10))
    async.park_put(c, "woken")
  end)
  assert(async["<!!"](c) == "woken")
  async.timeout(10)
  async.run()
  assert(#asked == 0, asked[1])
  print("slept")
]]

describe("16: timers need no library to sleep with", function()
  it("in an interpreter where the usual ones cannot be loaded", function()
    local lines = support.child(CHILD)
    assert.same({ "slept", "exit 0" }, lines)
  end)

  it("and here, where the library has not loaded them either", function()
    support.T(1)
    assert.is_nil(package.loaded["socket"])
    assert.is_nil(package.loaded["socket.core"])
    assert.is_nil(package.loaded["posix"])
  end)
end)
