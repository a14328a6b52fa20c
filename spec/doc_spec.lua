-- What Fennel's `,doc` knows: something about every function, and about nothing else.
local async = require "async"
local doc = require "async.doc"
local more = require "spec.support.more"
local support = require "spec.support.init"

-- The functions of the module and of its table of transducers, each with its docs.
local BOTH = { { async, doc.entries }, { async.xf, doc.xf } }

local function functions(module)
  local found = {}
  for _, f in pairs(module) do
    if type(f) == "function" then found[f] = true end
  end
  return found
end

-- What a real REPL answers to these lines.
local function repl(lines)
  return more.output("build/fennel/fennel <%FILE", table.concat(lines, "\n") .. "\n")
end

describe("the docs for Fennel", function()
  it("have an entry for each function of the module", function()
    for _, both in ipairs(BOTH) do
      local module, entries = both[1], both[2]
      local documented = {}
      for name in pairs(entries) do documented[module[name] or name] = true end
      for name, f in pairs(module) do
        if type(f) == "function" then assert.is_true(documented[f], name .. " has no entry") end
      end
    end
  end)

  it("have no other entries, and one for each function", function()
    for _, both in ipairs(BOTH) do
      local module, entries = both[1], both[2]
      local left = functions(module)
      for name in pairs(entries) do
        assert.equal("function", type(module[name]), name .. " is no function of the module")
        assert.is_true(left[module[name]], name .. " is there under another name too")
        left[module[name]] = nil
      end
    end
  end)

  it("say something in lines that fit a terminal", function()
    for _, both in ipairs(BOTH) do
      for name, entry in pairs(both[2]) do
        assert.equal("string", type(entry[1]), name)
        assert.is_true(#entry[2] > 15, name)
        for line in entry[2]:gmatch("[^\n]+") do assert.is_true(#line <= 80, name .. ": " .. line) end
      end
    end
  end)

  it("are there in a REPL, under both names and as a local", function()
    local text = repl {
      "(local async (require :async))", ",doc async.tap", ",doc async.untap-all",
      ",doc async.>!", ",doc async.untap_all", "(local {: sub} async)", ",doc sub", ",doc async.pipe",
      ",doc async.xf.take-while",
    }
    assert.truthy(text:find("(async.tap mult ch ?close)", 1, true), text)
    assert.truthy(text:find("ch gets each value of the mult", 1, true), text)
    assert.truthy(text:find("(async.untap-all mult)", 1, true), text)
    assert.truthy(text:find("(async.untap_all mult)", 1, true), text)
    assert.truthy(text:find("(async.>! ch v)", 1, true), text)
    assert.truthy(text:find("(sub pub topic ch ?close)", 1, true), text)
    assert.truthy(text:find("(async.pipe from to ?close)", 1, true), text)
    assert.truthy(text:find("(async.xf.take-while f)", 1, true), text)
    assert.falsy(text:find("undocumented", 1, true), text)
  end)

  it("are there where Fennel is loaded under another name", function()
    local lines = support.child([[
      package.preload["lib.fennel"] = assert(loadfile("build/fennel/fennel.lua"))
      local fennel = require("lib.fennel")
      assert(package.loaded.fennel == nil)
      local async = require("async")
      print(fennel.metadata:get(async.tap, "fnl/docstring"):match("[^\n]+"))
    ]])
    assert.same({ "From now on ch gets each value of the mult. Unless close is given as false or", "exit 0" }, lines)
  end)

  it("are not loaded without Fennel, which can be told later", function()
    local lines = support.child([[
      local async = require("async")
      print(package.loaded["async.doc"], package.loaded.fennel)
      local fennel = require("fennel")
      require("async.doc").register(async, fennel.metadata)
      print((fennel.doc(async.untap, "untap"):match("[^\n]+")))
    ]])
    assert.same({ "nil\tnil", "(untap mult ch)", "exit 0" }, lines)
  end)
end)
