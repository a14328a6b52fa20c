-- Wrong arguments, everywhere: each call answers or raises a text that names the function, and no process dies.
local async = require "async"
local can = require "spec.support.can"
local more = require "spec.support.more"

--- These are Lua's own where that does, and their errors have the name that the caller has for them.
local LUAS_OWN = can.yield_anywhere and { pcall = true, xpcall = true } or {}

--- The functions of a table, each once, with all its names in it; not those that are Lua's own.
local function functions_of(object)
  local by_function, list = {}, {}
  for name, value in pairs(object) do
    if type(value) == "function" and not LUAS_OWN[name] then
      if not by_function[value] then
        by_function[value] = {}
        list[#list + 1] = by_function[value]
      end
      table.insert(by_function[value], name)
    end
  end
  for _, names in ipairs(list) do table.sort(names) end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

--- Walks `holder`'s function of that name in a process of its own.
local function walk(holder, names)
  local quoted = {}
  for i, name in ipairs(names) do quoted[i] = ("%q"):format(name) end
  more.expect_ok(([[
    local async = require "async"
    local holder = %s
    require("spec.support.bad_inputs").main(holder[%q], { %s })
  ]]):format(holder, names[1], table.concat(quoted, ", ")), 100)
end

describe("every kind of wrong argument to", function()
  local functions = functions_of(async)

  it("the exported functions is walked: there are some", function() assert.is_true(#functions >= 30) end)

  for _, names in ipairs(functions) do
    it("async." .. table.concat(names, ", "), function() walk("async", names) end)
  end

  for _, names in ipairs(functions_of(async.xf)) do
    it("async.xf." .. table.concat(names, ", "), function() walk("async.xf", names) end)
  end
end)

describe("every kind of wrong argument to a method of", function()
  local methods = {
    ["a channel"] = {
      "async.chan()",
      {
        "put", "take", "offer", "poll", "close", "iter", "put!", "take!", "close!", "pipe", "map", "into", "split",
        "reduce", "transduce", "unique", "partition", "partition_by",
      },
    },
    ["a buffer"] = {
      "async.buffer(2)",
      { "add!", "remove!", "full?", "length", "close-buf!", "add", "remove", "is_full", "close_buf" },
    },
    ["a promise buffer"] = { "async.promise_buffer()", { "add!", "remove!", "full?", "length", "close-buf!" } },
  }
  -- A method's error may use any of the names that its operation has.
  local aliases = {
    put = { "put" }, take = { "take" }, offer = { "try_put" }, poll = { "try_take" },
    ["add!"] = { "add" }, ["remove!"] = { "remove" }, ["full?"] = { "is_full" }, ["close-buf!"] = { "close_buf" },
    ["put!"] = { "put" }, ["take!"] = { "take" }, ["close!"] = { "close" },
  }
  for object, entry in pairs(methods) do
    for _, name in ipairs(entry[2]) do
      it(object .. ": " .. name, function()
        local names = { name }
        for _, alias in ipairs(aliases[name] or {}) do names[#names + 1] = alias end
        walk(entry[1], names)
      end)
    end
  end
end)

describe("a wrong argument", function()
  --- The error of a call that has to fail.
  local function message(f, ...)
    local ok, err = pcall(f, ...)
    assert.is_false(ok)
    assert.equal("string", type(err))
    return err
  end

  it("is told with the function's two names, what was expected, what came, and where", function()
    local err = message(async.put_async, nil, 1)
    for _, text in ipairs { "put_async", "put!", "channel expected", "got nil", "argument 1" } do
      assert.truthy(err:find(text, 1, true), err)
    end
    err = message(async.take_async, async.chan(), 5)
    for _, text in ipairs { "take_async", "take!", "function", "got number", "argument 2" } do
      assert.truthy(err:find(text, 1, true), err)
    end
  end)

  it("to a method says what the self should have been", function()
    local c = async.chan()
    for _, name in ipairs { "put", "take", "offer", "poll", "close", "put!", "take!", "close!" } do
      assert.truthy(message(c[name], 5, 1):find("channel expected", 1, true))
      assert.truthy(message(c[name], io.stdout, 1):find("channel expected", 1, true))
      assert.truthy(message(c[name], async.buffer(1), 1):find("channel expected", 1, true))
    end
  end)

  it("of a buffer's method never changes the buffer", function()
    local b = async.buffer(2)
    b:add(1)
    for _, bad in ipairs { 5, "x", {}, async.chan(), io.stdout } do
      for _, name in ipairs { "add!", "remove!", "full?", "length", "close-buf!" } do
        assert.is_false(pcall(b[name], bad, 1))
      end
    end
    assert.equal(1, #b)
    assert.equal(1, b:remove())
  end)

  it("fields of channels and buffers cannot be written", function()
    for _, object in ipairs { async.chan(), async.buffer(1) } do
      assert.is_false(pcall(function() object.closed = true end))
      assert.is_false(pcall(function() object[1] = true end))
      assert.is_false(pcall(function() object["put!"] = print end))
    end
  end)

  it("in an absurd size of a buffer is refused or accepted, never fatal", function()
    more.expect_ok [[
      local async = require "async"
      for _, size in ipairs { 2^20, 2^31, 2^32, 2^53, 2^62, math.huge, 0/0, -1, 1e300 } do
        for _, make in ipairs { async.buffer, async.dropping_buffer, async.sliding_buffer, async.chan } do
          local ok, made = pcall(make, size)
          if ok then
            local c = make == async.chan and made or async.chan(made)
            assert(async.put_async(c, "v") == true)
            assert(async.try_take(c) == "v")
          else
            assert(type(made) == "string", made)
          end
        end
      end
      print "ok"
    ]]
  end)
end)
