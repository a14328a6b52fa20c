-- Operations on channels that are the user's own objects. They answer to
--
--   object["put!"](object, value, handler, enqueue)  ->  nil | { accepted }
--   object["take!"](object, handler, enqueue)        ->  nil | { value }
--
-- where nil means "later", through the callback that `handler:commit()` gives.
-- Nothing parks in here: what has to wait is told on a channel of its own.

local core = require "async.core"

local Handler = {}
Handler.__index = Handler
Handler["active?"] = function(self)
  return self.flag.active
end
Handler["blockable?"] = function(self)
  return self.blockable
end
function Handler:commit()
  self.flag.active = false
  return self.callback
end

local function handler(flag, blockable, callback)
  return setmetatable({ flag = flag, blockable = blockable, callback = callback }, Handler)
end

-- A channel for one answer, and the function that gives it; nil closes it.
local function reply()
  local channel = core.promise_chan()
  return channel, function(answer)
    if answer == nil then
      core.close(channel)
    else
      core.put_async(channel, answer)
    end
  end
end

-- Calls `method` of the object with a handler. Returns true and the result, or
-- false and the channel where it will come.
local function ask(object, method, value, callback, blockable)
  local flag = { active = true }
  local pending, answer
  if not callback and blockable then
    pending, answer = reply()
  end
  local h = handler(flag, blockable, callback or answer)
  local result
  if method == "put!" then
    result = object[method](object, value, h, true)
  else
    result = object[method](object, h, true)
  end
  if result == nil then
    return false, pending
  end
  flag.active = false
  if callback then
    callback(result[1])
  end
  return true, result[1]
end

local M = {}

function M.put(object, value, callback, blockable)
  return ask(object, "put!", value, callback, blockable)
end

function M.take(object, callback, blockable)
  return ask(object, "take!", nil, callback, blockable)
end

function M.close(object)
  local close = object["close!"] or object.close
  local native = getmetatable(core.chan()).__index
  if close == native["close!"] or close == native.close then
    -- It only borrowed the class.
    error("async.close (close!): channel expected, got table without a close! of its own", 3)
  end
  close(object)
end

-- A generator of our own: the program's sequence of random numbers stays as it is.
local state = 42
local function random(n)
  state = (state * 16807) % 2147483647
  return state % n + 1
end

local function shuffled(ports, priority)
  local order = {}
  for i = 1, #ports do
    order[i] = ports[i]
  end
  if not priority then
    for i = #order, 2, -1 do
      local j = random(i)
      order[i], order[j] = order[j], order[i]
    end
  end
  return order
end

-- One operation of an `alts`: its result, or nil when it waits.
local function try(port, flag, blockable, answer)
  local channel, value = port, nil
  if not core.is_chan(port) then
    channel, value = port[1], port[2]
  end
  local h = handler(flag, blockable, function(result)
    answer({ result, channel })
  end)
  local result
  if value == nil then
    result = channel["take!"](channel, h, true)
  else
    result = channel["put!"](channel, value, h, true)
  end
  return result and { result[1], channel }
end

-- Returns true and the pair of value and port, or false and the channel where
-- the pair will come.
function M.alts(ports, default, priority, has_default)
  local flag = { active = true }
  local pending, answer = reply()
  for _, port in ipairs(shuffled(ports, priority)) do
    local pair = try(port, flag, not has_default, answer)
    if pair then
      flag.active = false
      return true, pair
    end
    -- An object may commit now and answer later.
    if not flag.active then return false, pending end
  end
  if has_default then
    flag.active = false
    return true, { default, "default" }
  end
  return false, pending
end

return M
