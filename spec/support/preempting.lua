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

--- Before each test: what others have queued is over.
function M.settle()
  async.run()
end

--- After each test: nothing is suspended any more, and what was goes on to its end.
function M.leave()
  async.preempt(nil)
  async.run()
end

return M
