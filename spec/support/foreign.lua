-- Objects that pose as channels: plain tables with a channel's methods and a borrowed __index.
local async = require "async"

local M = {}

--- A plain table that passes everything to a real channel, writing down each call.
function M.wrapper(real)
  local object = { real = real, calls = {} }
  local function note(name) object.calls[#object.calls + 1] = name end
  object["put!"] = function(self, value, handler, enqueue)
    note "put!"
    return self.real["put!"](self.real, value, handler, enqueue)
  end
  object["take!"] = function(self, handler, enqueue)
    note "take!"
    return self.real["take!"](self.real, handler, enqueue)
  end
  object["close!"] = function(self)
    note "close!"
    self.closed = true
    return self.real["close!"](self.real)
  end
  object.close = object["close!"]
  return setmetatable(object, { __index = getmetatable(real).__index })
end

--- A logger: takes every value at once through the handler's own protocol, has nothing to give.
function M.logger()
  local object = { lines = {} }
  object["put!"] = function(self, value, handler)
    if self.closed then
      handler:commit()
      return { false }
    end
    if not handler["active?"](handler) then return { true } end
    handler:commit()
    self.lines[#self.lines + 1] = value
    return { true }
  end
  object["take!"] = function() return nil end
  object["close!"] = function(self) self.closed = true end
  object.close = object["close!"]
  return setmetatable(object, { __index = getmetatable(async.chan()).__index })
end

--- A slow partner: keeps every blockable handler; the spec completes them by hand.
function M.slow()
  local object = { puts = {}, takes = {} }
  local function keep(list, handler, value)
    if not handler["blockable?"](handler) then return nil end
    list[#list + 1] = { handler = handler, value = value }
  end
  object["put!"] = function(self, value, handler) return keep(self.puts, handler, value) end
  object["take!"] = function(self, handler) return keep(self.takes, handler) end
  object["close!"] = function(self) self.closed = true end
  object.close = object["close!"]
  --- Completes the oldest kept operation of `list` that is still wanted; true if there was one.
  function object.finish(list, result)
    while list[1] do
      local entry = table.remove(list, 1)
      if entry.handler["active?"](entry.handler) then
        local callback = entry.handler:commit()
        if callback then callback(result) end
        return true
      end
    end
    return false
  end
  return setmetatable(object, { __index = getmetatable(async.chan()).__index })
end

--- A handler written in Lua, as a foreign object or another library would pass it.
function M.handler(options)
  local h = { commits = 0, active = true, results = { n = 0 } }
  h["active?"] = function(self) return self.active end
  h["blockable?"] = function(self)
    assert(self == h)
    return options.blockable
  end
  h.commit = function(self)
    self.commits = self.commits + 1
    if options.once then self.active = false end
    return function(value)
      self.results.n = self.results.n + 1
      self.results[self.results.n] = value
    end
  end
  return h
end

return M
