-- The walk of bad_input_spec, run in a process of its own: calls one function with everything
-- that is no business of its own, and says what did not end in a plain answer or a plain error.
local async = require "async"

local M = {}
local unpack = table.unpack or unpack

local function raising() error("hostile metamethod", 0) end

local function hostile_table()
  return setmetatable({}, {
    __index = raising, __newindex = raising, __len = raising, __eq = raising, __tostring = raising,
    __call = raising, __pairs = raising, __concat = raising, __lt = raising, __unm = raising,
  })
end

local function dead_coroutine()
  local co = coroutine.create(function() end)
  coroutine.resume(co)
  return co
end

local function other_userdata()
  if newproxy then return newproxy(true) end
  return io.tmpfile()
end

local function closed_channel(size)
  local c = async.chan(size)
  async.close(c)
  return c
end

local function used_buffer()
  local b = async.buffer(1)
  async.chan(b)
  return b
end

--- Name and maker of every kind of argument. Made anew for each call: a call may spoil it.
M.kinds = {
  { "nil", function() return nil end },
  { "true", function() return true end },
  { "false", function() return false end },
  { "zero", function() return 0 end },
  { "one", function() return 1 end },
  { "minus one", function() return -1 end },
  { "fraction", function() return 0.5 end },
  { "NaN", function() return 0 / 0 end },
  { "inf", function() return math.huge end },
  { "-inf", function() return -math.huge end },
  { "2^31", function() return 2 ^ 31 end },
  { "2^53", function() return 2 ^ 53 end },
  { "-2^63", function() return -2 ^ 63 end },
  { "1e300", function() return 1e300 end },
  { "maxinteger", function() return math.maxinteger or 2 ^ 63 end },
  { "empty string", function() return "" end },
  { "string", function() return "default" end },
  { "number as string", function() return "10" end },
  { "long string", function() return ("x\0"):rep(1e4) end },
  { "table", function() return {} end },
  { "nested table", function() return { { {} } } end },
  { "table of channels", function() return { async.chan(), { async.chan(), 1 } } end },
  { "hostile table", hostile_table },
  { "table of hostile tables", function() return { hostile_table() } end },
  { "fake channel", function() return setmetatable({}, { __index = getmetatable(async.chan()).__index }) end },
  { "metatable of a channel", function() return getmetatable(async.chan()) end },
  { "function", function() return function() end end },
  { "C function", function() return tostring end },
  { "fresh coroutine", function() return coroutine.create(function() end) end },
  { "dead coroutine", dead_coroutine },
  { "running coroutine", function() return (coroutine.running()) or coroutine.create(function() end) end },
  { "file", function() return io.stdout end },
  { "other userdata", other_userdata },
  { "buffer", function() return async.buffer(2) end },
  { "buffer of a channel", used_buffer },
  { "promise buffer", function() return async.promise_buffer() end },
  { "channel", function() return async.chan() end },
  { "buffered channel", function() return async.chan(3) end },
  { "closed channel", function() return closed_channel() end },
  { "closed buffered channel", function() return closed_channel(1) end },
  { "promise channel", function() return async.promise_chan() end },
  { "reduced", function() return async.reduced(1) end },
}

local function make(index) return M.kinds[index][2]() end

--- Argument lists: every kind alone, every pair, and every kind behind a good channel or two.
local function argument_lists()
  local lists = {}
  local function add(count, maker, text) lists[#lists + 1] = { n = count, make = maker, text = text } end
  add(0, function() return {} end, "nothing")
  for i, kind in ipairs(M.kinds) do
    add(1, function() return { make(i) } end, kind[1])
    add(3, function() return { async.chan(), 1, make(i) } end, "channel, 1, " .. kind[1])
    add(3, function() return { async.chan(2), 1, make(i) } end, "buffered channel, 1, " .. kind[1])
    add(3, function() return { 1, nil, make(i) } end, "1, nil, " .. kind[1])
    add(4, function() return { async.chan(), 1, function() end, make(i) } end, "channel, 1, function, " .. kind[1])
    add(20, function()
      local list = {}
      for n = 1, 20 do list[n] = make(i) end
      return list
    end, "20 x " .. kind[1])
    for j, second in ipairs(M.kinds) do
      add(2, function()
        local list = { make(i) }
        list[2] = make(j)
        return list
      end, kind[1] .. ", " .. second[1])
    end
  end
  return lists
end

--- An error is good if it is a text that has one of the names, or the hostile object's own,
--- or that of a channel's method, which a fake channel borrows, or that of tostring, which masked calls.
local function is_plain(err, names)
  if type(err) ~= "string" then return false end
  if err:find("hostile metamethod", 1, true) or err:find 'channel%["%a+!"%]: channel expected'
    or (names[1]:find("masked", 1, true) and err:find("(value expected)", 1, true)) then
    return true
  end
  for _, name in ipairs(names) do
    if err:find(name, 1, true) then return true end
  end
  return false
end

local function still_works()
  local c = async.chan(1)
  assert(async.put_async(c, "fresh") == true)
  assert(async.try_take(c) == "fresh")
  local d = async.chan()
  local got
  async.go(function() got = async.park_take(d) end)
  assert(async.put_async(d, "parked") == true)
  while async.dispatched() > 0 do async.step() end
  assert(got == "parked")
end

--- How a call is made: on the main thread, and in a coroutine that may stay parked for ever.
local function contexts(func)
  return {
    main = function(args, n) return pcall(func, unpack(args, 1, n)) end,
    coroutine = function(args, n)
      local co = coroutine.create(function(...) return func(...) end)
      return coroutine.resume(co, unpack(args, 1, n))
    end,
  }
end

--- Calls `func` with every list in both contexts; the list of complaints.
function M.walk(func, names)
  local complaints = {}
  for where, call in pairs(contexts(func)) do
    for _, list in ipairs(argument_lists()) do
      local ok, err = call(list.make(), list.n)
      if not ok and not is_plain(err, names) then
        complaints[#complaints + 1] = ("%s(%s) on %s: %s"):format(names[1], list.text, where, tostring(err))
      end
      async.on_error(function() end) -- a walk through on_error leaves its own there
      async.on_slow()
      async.preempt(nil)
    end
    collectgarbage "collect"
    still_works()
  end
  return complaints
end

--- The whole of one process: prints complaints, or ok.
function M.main(func, names)
  async.on_error(function() end)
  local complaints = M.walk(func, names)
  for i = 1, math.min(#complaints, 10) do print(complaints[i]) end
  print(#complaints == 0 and "ok" or #complaints .. " bad answers")
  os.exit(#complaints == 0 and 0 or 1, true)
end

return M
