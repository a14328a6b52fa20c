-- Lua 5.5 lets nobody assign to a loop's variable, and the distribution's busted and Penlight, which
-- are older, do. This searcher loads such a module as it was meant: with a variable of its own.

--- The source with `local name = name` at the start of the loop that is open at that line.
local function amended(source, line, name)
  local lines = {}
  for text in (source .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = text end
  for i = line, 1, -1 do
    local head, rest = lines[i]:match("^(%s*for%s.-%sdo)(.*)$")
    if head and head:find("%f[%w_]" .. name .. "%f[^%w_]") then
      lines[i] = ("%s local %s = %s%s"):format(head, name, name, rest)
      return table.concat(lines, "\n")
    end
  end
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local source = file:read "a"
  file:close()
  return source
end

local function search(module)
  local path = package.searchpath(module, package.path)
  if not path then return end
  local source = read(path)
  local chunk, err = load(source, "@" .. path)
  while not chunk do
    local line, name = err:match(":(%d+): attempt to assign to const variable '([%w_]+)'")
    source = line and amended(source, tonumber(line), name)
    if not source then error(err, 0) end
    chunk, err = load(source, "@" .. path)
  end
  return chunk, path
end

table.insert(package.searchers, 2, search)
