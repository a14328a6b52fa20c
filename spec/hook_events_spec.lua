-- What debug hooks see, in Lua and in C, of every mask: the same events, event for event, in a process
-- without the library and in one where its timers fire all the while.
if not require("spec.support.can").hook then return end

local support = require "spec.support.init"

describe("a debug hook sees what it would see without the library", function()
  --- What the program prints, and what it says of itself: see hook_events.lua.
  local function run(mode, kind)
    local lines = support.child(('require("spec.support.hook_events").run(%q, %q)'):format(mode, kind))
    assert.equal("exit 0", table.remove(lines), table.concat(lines, "\n", math.max(1, #lines - 20)))
    local said = mode == "timed" and table.remove(lines)
    return lines, said
  end

  for _, kind in ipairs { "lua", "c" } do
    it("if it is written in " .. (kind == "c" and "C" or "Lua"), function()
      local plain = run("plain", kind)
      local timed, said = run("timed", kind)
      assert.is_true(#plain > 500)
      for i = 1, math.max(#plain, #timed) do
        if plain[i] ~= timed[i] then
          error(("without: %s\nwith:    %s"):format(tostring(plain[i]), tostring(timed[i])))
        end
      end
      -- Tasks did run while the hook was set: in a quarter of the cases or more, even on a fast machine.
      local cases, quiet = said:match "^(%d+) cases, (%d+) without"
      assert.is_true(tonumber(quiet) * 4 < tonumber(cases) * 3, said)
    end)
  end
end)
