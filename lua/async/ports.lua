-- Channels that are a face of others: map_take, map_put, filter_put, remove_put,
-- broadcast; they have no buffer and no go block of their own. And multiplex.
local core = require "async.core"
local check = require "async.check"
local gather = require "async.gather"
local guard = require "async.guard"

local chan, close, go, is_closed = core.chan, core.close, core.go, core.is_closed
local park_take, put_async, take_async, try_put, try_take =
  core.park_take, core.put_async, core.take_async, core.try_put, core.try_take
local methods = getmetatable(chan()).__index

local M = {}

local Face = {}
function Face.__index(face, key)
  if key == "closed" then return face.is_closed() end
  return methods[key]
end

-- An object that poses as a channel: what it does not do by itself, `channel` does.
local function face(channel, own)
  own.is_closed = function() return is_closed(channel) end
  own["put!"] = own["put!"] or function(_, ...) return channel["put!"](channel, ...) end
  own["take!"] = own["take!"] or function(_, ...) return channel["take!"](channel, ...) end
  own["close!"] = function() close(channel) end
  return setmetatable(own, Face)
end

local Through = {}
Through.__index = Through
Through["active?"] = function(self) return self.handler["active?"](self.handler) end
Through["blockable?"] = function(self) return self.handler["blockable?"](self.handler) end

-- The callback gets what `f` makes of the value. It runs as a task, so an error of `f`
-- is reported, and to whoever waits the channel is at its end.
function Through:commit()
  local callback, f = self.handler:commit(), self.f
  return callback and function(value)
    local _, result = guard(f, value)
    callback(result)
  end
end

--- What is taken from it was taken from `channel` and given to `f`, at that moment.
function M.map_take(f, channel)
  check.callable("async.map_take (map<)", f, 1)
  check.channel("async.map_take (map<)", channel, 2)
  local function made(value)
    if value == nil then return nil end
    local result = f(value)
    if result == nil then error("async.map_take (map<): the function returned nil, which a channel cannot carry", 0) end
    return result
  end
  return face(channel, {
    ["take!"] = function(_, handler, enqueue)
      local through = handler and setmetatable({ handler = handler, f = made }, Through)
      local answer = channel["take!"](channel, through, enqueue)
      return answer and { made(answer[1]) }
    end,
  })
end

--- What is put on it is given to `f`, and the result put on `channel`.
function M.map_put(f, channel)
  check.callable("async.map_put (map>)", f, 1)
  check.channel("async.map_put (map>)", channel, 2)
  return face(channel, {
    ["put!"] = function(_, value, ...) return channel["put!"](channel, f(value), ...) end,
  })
end

-- What is not wanted counts as put, unless the channel is closed.
local function gate(keep, wanted, channel)
  return face(channel, {
    ["put!"] = function(_, value, handler, ...)
      if (keep(value) and true or false) == wanted then
        return channel["put!"](channel, value, handler, ...)
      end
      if handler then handler:commit() end
      return { not is_closed(channel) }
    end,
  })
end

--- Of what is put on it, `channel` gets the values of which `keep` is true.
function M.filter_put(keep, channel)
  check.callable("async.filter_put (filter>)", keep, 1)
  check.channel("async.filter_put (filter>)", channel, 2)
  return gate(keep, true, channel)
end

--- Of what is put on it, `channel` gets the values of which `drop` is false.
function M.remove_put(drop, channel)
  check.callable("async.remove_put (remove>)", drop, 1)
  check.channel("async.remove_put (remove>)", channel, 2)
  return gate(drop, false, channel)
end

-- Puts on all at once; true when at least one has accepted, and all have answered.
local function put_to_all(channels, value)
  local answers, accepted = chan(#channels), false
  local function answer(ok) try_put(answers, ok) end
  for i = 1, #channels do put_async(channels[i], value, answer) end
  for _ = 1, #channels do accepted = park_take(answers) or accepted end
  return accepted
end

local function close_all(channels)
  for i = 1, #channels do close(channels[i]) end
end

--- Puts what is put on it on each of the channels; such a put is done when all of
--- them have accepted it. It cannot be tried: that is not known in advance.
function M.broadcast(...)
  local channels, closed = check.channels("async.broadcast", { ... }, 1), false
  return setmetatable({
    is_closed = function() return closed end,
    ["put!"] = function(_, value, handler)
      if closed then
        if handler then handler:commit() end
        return { false }
      end
      if handler and not handler["blockable?"](handler) then return nil end
      local callback = handler and handler:commit()
      local block = go(put_to_all, channels, value)
      if is_closed(block) then return { try_take(block) or false } end
      take_async(block, function(accepted)
        if callback then callback(accepted or false) end
      end)
      return nil
    end,
    ["take!"] = function(_, handler)
      if handler then handler:commit() end
      return { nil }
    end,
    ["close!"] = function()
      closed = true
      close_all(channels)
    end,
  }, Face)
end

--- A channel with the values of all channels, which closes behind the last of them.
--- It takes one value before it is asked for it.
function M.multiplex(...)
  return gather.merge(check.channels("async.multiplex", { ... }, 1))
end

return M
