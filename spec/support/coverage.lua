-- A collector of line coverage, made as such tools are: a line hook that counts each line of the files it is
-- asked for, also in each coroutine, since a hook belongs to one.
local M = {}

--- Calls `f` and answers how often each line of the file was run.
function M.of(f, file)
  local hits = {}
  local function hook(_, line)
    local source = debug.getinfo(2, "S").source
    if source:sub(-#file) == file then hits[line] = (hits[line] or 0) + 1 end
  end
  local create, wrap = coroutine.create, coroutine.wrap
  local function hooked(body)
    return function(...)
      debug.sethook(hook, "l")
      return body(...)
    end
  end
  rawset(coroutine, "create", function(body) return create(hooked(body)) end)
  rawset(coroutine, "wrap", function(body) return wrap(hooked(body)) end)
  debug.sethook(hook, "l")
  local ok, result = pcall(f)
  local set = debug.gethook()
  debug.sethook()
  rawset(coroutine, "create", create)
  rawset(coroutine, "wrap", wrap)
  assert(ok, result)
  assert(set == hook, "the hook is there till the end")
  return hits, result
end

return M
