-- What the README and the files in docs/ show is what the examples hold and what the module has.
local async = require("async")
local fennel = require("fennel")

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function section(text, title)
  return text:match("\n## " .. title .. "\n(.-)\n## ")
end

-- Runs a program and returns the lines that it prints.
local function printed_by(source, language)
  local lines = {}
  local env = setmetatable({ print = function(line) lines[#lines + 1] = tostring(line) end }, { __index = _G })
  if language == "fennel" then
    fennel.eval(source, { env = env })
  else
    local chunk = assert((loadstring or load)(source, "=shown", "t", env))
    if setfenv then setfenv(chunk, env) end
    chunk()
  end
  return lines
end

-- The rows of the name table: { core names = {...}, lua names = {...} }.
local function rows(text)
  local list = {}
  for first, second in section(text, "Names"):gmatch("\n| (.-) | (.-) |") do
    local row = {}
    for name in (first .. " " .. second):gmatch("`([^`]+)`") do row[#row + 1] = name end
    list[#list + 1] = row
  end
  return list
end

-- What the comments in a program say that it prints.
local function said_in(source, mark)
  local lines = {}
  for line in source:gmatch(mark .. " ([^\n]*)") do lines[#lines + 1] = line end
  assert.is_true(#lines > 1)
  return lines
end

describe("the README", function()
  local text = read("README.md")

  it("shows the first program in Lua as it is in examples", function()
    assert.equal(read("examples/first.lua"), text:match("\n```lua\n(.-)```\n"))
  end)

  it("shows the first program in Fennel as it is in examples", function()
    assert.equal(read("examples/first.fnl"), text:match("\n```fennel\n(.-)```\n"))
  end)

  it("lists every name of the module, and no other", function()
    local listed = {}
    for _, row in ipairs(rows(text)) do
      for _, name in ipairs(row) do listed[name] = true end
    end
    for name in pairs(async) do assert.is_true(listed[name], name .. " is not in the README") end
    for name in pairs(listed) do assert.is_not_nil(async[name], name .. " is not in the module") end
  end)

  it("has the names of one thing in one row", function()
    local count = 0
    for _, row in ipairs(rows(text)) do
      if row[1] ~= "put" then -- three things that work alike
        for i = 2, #row do
          assert.equal(async[row[1]], async[row[i]], row[1] .. " and " .. row[i])
          count = count + 1
        end
      end
    end
    assert.is_true(count > 30)
  end)

  it("lists every method of a channel and of a buffer, and no other", function()
    local names, methods = section(text, "Names"), getmetatable(async.chan()).__index
    for method in names:gmatch("`ch:([%w_]+)%(") do assert.equal("function", type(methods[method]), method) end
    for method, f in pairs(methods) do
      if type(f) == "function" and method:find("^[%w_]+$") then
        assert.truthy(names:find("`ch:" .. method .. "(", 1, true), method .. " is not in the README")
      end
    end
    local listed = names:match("A buffer has (.-), `#b`")
    local buffer = async.buffer(1).type
    for method in listed:gmatch("`([^`]+)`") do assert.equal("function", type(buffer[method]), method) end
    for method, f in pairs(buffer) do
      if type(f) == "function" then
        assert.truthy(listed:find("`" .. method .. "`", 1, true), method .. " is not in the README")
      end
    end
  end)

  it("names every field of stats", function()
    for field in pairs(async.stats()) do
      assert.is_truthy(text:find("`" .. field .. "`", 1, true), field .. " is not in the README")
    end
  end)
end)

describe("docs/transducers.md", function()
  local text = read("docs/transducers.md")

  it("shows transducers as they are in examples, with what they print", function()
    for _, language in ipairs({ { "lua", "lua", "%-%->" }, { "fennel", "fnl", ";=>" } }) do
      local block = text:match("\n```" .. language[1] .. "\n(.-)```\n")
      assert.equal(read("examples/transducers." .. language[2]), block)
      assert.same(said_in(block, language[3]), printed_by(block, language[1]))
    end
  end)

  it("lists every function of async.xf with both spellings, and no other", function()
    local count = 0
    for names in text:gmatch("\n| (`.-) |") do
      local first = names:match("`([^`]+)`")
      for name in names:gmatch("`([^`]+)`") do
        assert.equal("function", type(async.xf[name]), name)
        assert.equal(async.xf[first], async.xf[name])
        count = count + 1
      end
    end
    for _ in pairs(async.xf) do count = count - 1 end
    assert.equal(0, count)
  end)
end)

for _, name in ipairs({ "docs/combinators.md", "docs/coroutines.md" }) do
  it(name .. " shows a program that prints what it says", function()
    local block = read(name):match("\n```lua\n(.-)```\n")
    assert.same(said_in(block, "%-%->"), printed_by(block, "lua"))
  end)
end

-- The README, CONTRIBUTING.md and everything in docs/.
local function documents()
  local list = { "README.md", "CONTRIBUTING.md" }
  local listing = io.popen("ls docs/*.md")
  for name in listing:lines() do list[#list + 1] = name end
  listing:close()
  assert.is_true(#list > 3)
  return list
end

-- What a heading is called in a link to it.
local function slug(heading)
  return (heading:lower():gsub("[%c!-,./:-@%[-^`{-~]", ""):gsub(" ", "-"))
end

-- The links of a text, without those in programs.
local function links(text)
  return text:gsub("\n```.-\n```", ""):gsub("`[^`\n]*`", ""):gmatch("%]%(([^)%s]+)%)")
end

describe("the documents", function()
  it("lead to files and headings that are there", function()
    for _, name in ipairs(documents()) do
      local folder = name:match("^(.*/)") or ""
      for link in links(read(name)) do
        local path, anchor = link:match("^([^#]*)#?(.*)$")
        if not link:find("^https?:") then
          local target = path == "" and name or (folder .. path):gsub("[^/]+/%.%./", "")
          local found = read(target)
          if anchor ~= "" then
            local there = false
            for heading in ("\n" .. found):gmatch("\n#+ ([^\n]+)") do there = there or slug(heading) == anchor end
            assert.is_true(there, link .. " in " .. name)
          end
        end
      end
    end
  end)

  it("are all linked in the README", function()
    local linked = {}
    for link in links(read("README.md")) do linked[link:match("^[^#]*")] = true end
    for _, name in ipairs(documents()) do assert.is_true(linked[name] or name == "README.md", name) end
  end)

  it("show Lua that compiles", function()
    local count = 0
    for _, name in ipairs(documents()) do
      for block in read(name):gmatch("\n```lua\n(.-)```\n") do
        assert((loadstring or load)(block, "=" .. name))
        count = count + 1
      end
    end
    assert.is_true(count > 5)
  end)
end)
