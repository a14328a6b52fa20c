-- A debugger without anybody at its keyboard: it stops at breakpoints by line, steps into, over and out of
-- functions by counting calls and returns, reads locals and changes one. As debuggers do, it asks for all
-- events with one hook, looks up each line's function, and follows coroutines by setting the hook in each.
local M = {}

--- The orders that it is given at its stops, one after the other.
local ORDERS = { "over", "into", "into", "out", "over", "over", "run" }

--- Runs `f` and answers what was seen at each stop. `breakpoints` are lines of `file`.
function M.trace(f, file, breakpoints)
  local seen, order, wanted = {}, 0, "run"
  local depths, level = setmetatable({}, { __mode = "k" }), 0

  local function locals()
    local list, i = {}, 1
    while true do
      -- Above these: hook.
      local name, value = debug.getlocal(4, i)
      if not name then return table.concat(list, " ") end
      if name:sub(1, 1) ~= "(" then
        list[#list + 1] = name .. "=" .. (type(value) == "number" and value or type(value))
        -- What somebody would try out.
        if name == "poked" then debug.setlocal(4, i, value + 1000) end
      end
      i = i + 1
    end
  end

  local function stop(line, depth)
    local info = debug.getinfo(3, "nSl")
    seen[#seen + 1] = ("%d %s %s at %d: %s"):format(line, info.what, tostring(info.name), depth, locals())
    order = order % #ORDERS + 1
    wanted, level = ORDERS[order], depth
  end

  local function hook(event, line)
    local thread = coroutine.running() or "main"
    local depth = depths[thread] or 0
    if event == "call" then
      depths[thread] = depth + 1
    elseif event == "return" or event == "tail return" then
      depths[thread] = depth - 1
    elseif event == "line" and debug.getinfo(2, "S").source:sub(-#file) == file then
      if breakpoints[line] or wanted == "into" or (wanted == "over" and depth <= level)
        or (wanted == "out" and depth < level) then
        stop(line, depth)
      end
    end
  end

  local create, wrap = coroutine.create, coroutine.wrap
  rawset(coroutine, "create", function(body)
    local co = create(body)
    debug.sethook(co, hook, "crl")
    return co
  end)
  rawset(coroutine, "wrap", function(body)
    local co = coroutine.create(body)
    return function(...)
      return select(2, coroutine.resume(co, ...))
    end
  end)
  debug.sethook(hook, "crl")
  local ok, result = pcall(f)
  debug.sethook()
  rawset(coroutine, "create", create)
  rawset(coroutine, "wrap", wrap)
  assert(ok, result)
  return seen, result
end

return M
