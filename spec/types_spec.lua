-- The types in library/ are those of the module: of every name, of every field of its
-- objects, and of nothing else. ci/types.sh shows that a checker understands them.
local async = require("async")
local doc = require("async.doc")

local FILES = { "library/async.lua" }
for line in assert(io.popen("find library/async -name '*.lua'")):lines() do FILES[#FILES + 1] = line end

-- The lines of all files, with an empty one behind each file.
local lines = {}
for _, name in ipairs(FILES) do
  for line in io.lines(name) do lines[#lines + 1] = line end
  lines[#lines + 1] = ""
end

local function keys(t)
  local list = {}
  for key in pairs(t) do list[#list + 1] = tostring(key) end
  table.sort(list)
  return list
end

-- Definitions are programs that fill a table with empty functions. Those of the module
-- are in several files, each with its part of the table.
local function defined()
  local module, xf = {}, nil
  for _, name in ipairs(FILES) do
    local part = assert(loadfile(name))()
    if name == "library/async/xf.lua" then
      xf = part
    else
      for key, value in pairs(part or {}) do
        assert(module[key] == nil, key .. " is defined twice")
        module[key] = value
      end
    end
  end
  return module, xf
end

-- The parts of a list that commas separate, but for those between brackets.
local function parts(text)
  local list, depth, part = {}, 0, ""
  for c in (text .. ","):gmatch(".") do
    if c:find("[%(%[{<]") then depth = depth + 1 end
    if c:find("[%)%]}>]") then depth = depth - 1 end
    if c == "," and depth == 0 then
      if part:find("%S") then list[#list + 1] = part:match("^%s*(.-)%s*$") end
      part = ""
    else
      part = part .. c
    end
  end
  return list
end

-- Each function of a table `name`: the comment above it, and its arguments.
local function functions(name)
  local found, comment = {}, {}
  for _, line in ipairs(lines) do
    local key, arguments = line:match("^function " .. name .. "%.([%w_]+)%((.-)%) end$")
    if key then found[key] = { comment = comment, arguments = parts(arguments) } end
    if line:find("^%-%-%-") then comment[#comment + 1] = line else comment = {} end
  end
  return found
end

-- The fields of a class, each with its type; those of all methods begin with "fun(".
local function fields_of(class)
  local found, inside = {}, false
  for _, line in ipairs(lines) do
    local name = line:match("^%-%-%-@class ([%w_.]+)")
    if name or not line:find("^%-%-%-") then inside = name == class end
    local field, kind = line:match("^%-%-%-@field (%S+) (.*)$")
    if inside and field then
      field = field:gsub("%?$", ""):gsub("^%[\"?(.-)\"?%]$", "%1")
      assert(not found[field], field .. " is there twice")
      found[field] = kind
    end
  end
  return found
end

local function without_metamethods(class)
  local list = {}
  for key, value in pairs(class) do
    if not key:find("^__") then list[key] = value end
  end
  return list
end

-- What a channel that is the user's own object is given for a take.
local function handler()
  local given
  local object = setmetatable({
    closed = false,
    ["put!"] = function() end,
    ["take!"] = function(_, h) given = h end,
  }, { __index = getmetatable(async.chan()).__index })
  async.take_async(object, function() end)
  return given
end

local function with(fields, more)
  local all = {}
  for key, value in pairs(fields) do all[key] = value end
  for key, value in pairs(more) do all[key] = value end
  return all
end

describe("the types", function()
  local module, xf = defined()

  it("have every name of the module and of async.xf, and no other", function()
    assert.same(keys(async), keys(module))
    assert.same(keys(async.xf), keys(xf))
    for name, value in pairs(async) do assert.equal(type(value), type(module[name]), name) end
  end)

  it("have two names for one function where the module has, and only there", function()
    for _, both in ipairs({ { async, module }, { async.xf, xf } }) do
      local real, typed = both[1], both[2]
      for a, f in pairs(real) do
        for b, g in pairs(real) do
          if type(f) == "function" and type(g) == "function" then
            assert.equal(f == g, typed[a] == typed[b], a .. " and " .. b)
          end
        end
      end
    end
  end)

  it("describe each function and each of its arguments, in their order", function()
    for name, real in pairs({ async = async, xf = async.xf }) do
      for key, f in pairs(functions(name)) do
        assert.equal("function", type(real[key]), key)
        local described = {}
        for _, line in ipairs(f.comment) do
          assert.is_true(#line <= 100, line)
          described[#described + 1] = line:match("^%-%-%-@param ([%w_.]+)")
        end
        assert.same(f.arguments, described, key)
        assert.truthy((f.comment[1] or ""):find("^%-%-%-[%u%l].*%w%w"), key)
      end
    end
  end)

  -- The fewest and the most arguments of a function. Those that may be left out end
  -- with "?", "..." stands for any number.
  local function range(arguments)
    local least, most = 0, #arguments
    for _, argument in ipairs(arguments) do
      if argument:find("^%.%.%.") then
        most = math.huge
      elseif not argument:find("%?") then
        least = least + 1
      end
    end
    return least, most
  end

  local function typed_range(f)
    local own = {}
    for _, line in ipairs(f.comment) do own[#own + 1] = line:match("^%-%-%-@param (%S+)") end
    local least, most = range(own)
    for _, line in ipairs(f.comment) do
      local overload = line:match("^%-%-%-@overload fun(%b())")
      if overload then
        local names = {}
        for _, part in ipairs(parts(overload:sub(2, -2))) do names[#names + 1] = part:match("^[^:]+") end
        local fewer, more = range(names)
        least, most = math.min(least, fewer), math.max(most, more)
      end
    end
    return least, most
  end

  -- Options of an alts are any number of words to the docs, and two pairs to a checker.
  local OPTIONS = { alts = 5, park_alts = 5, block_alts = 5 }

  it("take as many arguments as Fennel's docs say", function()
    for name, entries in pairs({ async = doc.entries, xf = doc.xf }) do
      local typed = functions(name)
      for key, entry in pairs(entries) do
        local arguments = {}
        for word in entry[1]:gsub("& %S+", "..."):gmatch("%S+") do
          arguments[#arguments + 1] = word:gsub("^%?(.*)", "%1?")
        end
        local least, most = range(arguments)
        assert.is_not_nil(typed[key], key .. " has docs and no type")
        assert.same({ least, OPTIONS[key] or most }, { typed_range(typed[key]) }, key)
      end
      for key in pairs(typed) do assert.is_not_nil(entries[key], key .. " has a type and no docs") end
    end
  end)

  local chan, buffer = async.chan(1), async.buffer(1)
  local hubs = { mult = async.mult(chan), mix = async.mix(chan), pub = async.pub(chan, tostring) }
  local objects = {
    chan = with(getmetatable(chan).__index, { closed = false }),
    buffer = with(buffer.type, { type = buffer.type, size = 1 }),
    mult = without_metamethods(getmetatable(hubs.mult)),
    mix = without_metamethods(getmetatable(hubs.mix)),
    pub = without_metamethods(getmetatable(hubs.pub)),
    handler = without_metamethods(getmetatable(handler())),
    reduced = with(getmetatable(async.reduced(1)).__index, { 1 }),
    stats = async.stats(),
    buffers = async.buffers,
    alts_result = async.alts({ chan }, "default", 1),
  }
  for name, object in pairs(objects) do
    it("have every field of async." .. name .. ", and no other", function()
      local typed = fields_of("async." .. name)
      assert.same(keys(object), keys(typed))
      for field, kind in pairs(typed) do
        local value = object[field]
        if value == nil then value = object[tonumber(field)] end
        assert.equal(type(value) == "function", kind:find("^fun%(") ~= nil, field)
      end
    end)
  end

  it("have options of alts and flags of a mix that there are", function()
    local options, flags = {}, {}
    for name in pairs(fields_of("async.alts_options")) do options[name] = 1 end
    for name in pairs(fields_of("async.mix_flags")) do flags[name] = true end
    assert.same({ default = 1, priority = 1 }, options)
    assert.same({ 1, "default" }, async.alts({ async.chan() }, options))
    assert.same({ mute = true, pause = true, solo = true }, flags)
    async.toggle(hubs.mix, { [chan] = flags })
  end)
end)
