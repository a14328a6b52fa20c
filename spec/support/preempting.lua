-- What the specs of async.preempt share.
local async = require "async"
local support = require "spec.support.init"

local M = {}

--- So short a turn that a go block is suspended after almost every instruction.
M.SHORTEST = 1e-6

--- Takes so many milliseconds.
function M.compute(ms)
  local limit = support.now() + ms
  while support.now() < limit do end -- luacheck: ignore 542
end

local ends = {}

--- Calls `f` after the test, however that ends. A go block that computes without an end
--- has to be told to stop here: after a test that failed before it said so, `leave` would
--- wait for ever, and nobody would see which one failed.
function M.at_last(f)
  ends[#ends + 1] = f
end

--- Before each test: what others have queued is over.
function M.settle()
  async.run()
end

--- After each test: nothing is suspended any more, and what was goes on to its end.
function M.leave()
  while #ends > 0 do table.remove(ends)() end
  async.preempt(nil)
  async.run()
end

return M
