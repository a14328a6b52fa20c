-- Work for a program that calls nothing of the library, and a clock on what interrupts it.
local async = require "async"
local more = require "spec.support.more"

local M = {}

--- Calls `work` until `done()`, at most `seconds` of processor time.
function M.busy(work, done, seconds)
  local limit = os.clock() + seconds
  while not done() and os.clock() < limit do work() end
end

function M.arithmetic()
  local n = 0
  for i = 1, 500 do n = n + i * 2 % 7 end
  return n
end

function M.tables()
  local list = {}
  for i = 1, 100 do list[i] = { i } end
  return list
end

function M.strings()
  local text = ("async "):rep(300)
  return #text:gsub("a", "b"):upper() + #tostring(os.clock())
end

--- Runs busy code until a 50 ms timeout's callback ran: wall time and processor time in seconds.
function M.fifty(work)
  local wall, cpu, fired = more.now(), os.clock(), false
  async.take_async(async.timeout(50), function()
    wall, cpu, fired = more.now() - wall, os.clock() - cpu, true
  end)
  M.busy(work, function() return fired end, 1)
  assert(fired, "the callback did not run in a second")
  return wall, cpu
end

return M
