-- What the combinators share: their channel, the loop that copies, and how one ends.
local core = require "async.core"
local guard = require "async.guard"

local chan, close = core.chan, core.close
local park_put, park_take, take_async = core.park_put, core.park_take, core.take_async

local M = {}

--- A channel with the buffer that was given to the function `name`, which is named in
--- the error if it is none.
function M.channel(name, buffer, position)
  local ok, made = pcall(chan, buffer)
  if ok then return made end
  local text = tostring(made):gsub("async%.chan", name, 1):gsub("argument 1", "argument " .. position, 1)
  error(text, 3)
end

--- Copies from a channel to another. Ends with `from`, true, or with the first value
--- that `to` does not accept, false; that one is lost.
function M.copy(from, to)
  local value = park_take(from)
  while value ~= nil and park_put(to, value) do
    value = park_take(from)
  end
  return value == nil
end

--- Closes `out` when the go block is over. An error that ends it has been reported
--- by then, and nobody waits for more. Returns `out`.
function M.close_after(block, out)
  take_async(block, function() guard(close, out) end)
  return out
end

--- The optional argument `close?`: it counts whether it is there, so nil means false.
function M.wanted(...)
  if select("#", ...) == 0 then return true end
  return (...) and true or false
end

return M
