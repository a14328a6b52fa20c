local support = require("spec.support.init")

describe("20: the module may be loaded first inside a coroutine", function()
  it("and still knows which thread is the main one", function()
    local lines = support.child([[
      local async
      local co = coroutine.create(function()
        async = require("async")
        assert(not async.is_main_thread())
        assert(not pcall(async["<!!"], async.timeout(1)))
      end)
      assert(coroutine.resume(co))
      co = nil
      for _ = 1, 4 do collectgarbage() end

      assert(async["main-thread?"]())
      assert(not pcall(async["<!"], async.timeout(1)))
      assert(async["<!!"](async.timeout(5)) == nil)
      local c = async.chan()
      local result = async.go(function()
        assert(not async.is_main_thread())
        async.park_take(async.timeout(5))
        return async.park_take(c)
      end)
      assert(async[">!!"](c, "through"))
      assert(async["<!!"](result) == "through")
      for _ = 1, 200 do
        async.put_async(async.chan(1), {}, function() collectgarbage("step") end, false)
      end
      async.run()
      print("main")
    ]])
    assert.same({ "main", "exit 0" }, lines)
  end)
end)
