-- Made by ci/macros.sh with Fennel 1.5.3 from fennel/macros.fnl (cksum 2358659690). Do not edit.
-- luacheck: ignore
local function host(name)
  local function _1_()
    if _G["in-scope?"](name) then
      return ("_G." .. name)
    else
      return name
    end
  end
  return sym(_1_())
end
pcall(function() require("fennel").metadata:setall(host, "fnl/arglist", {"name"}, "fnl/docstring", "The symbol of a Lua function, even where a local of the user has taken its name.") end)
local function runtime(key)
  return setmetatable({filename="fennel/macros.fnl", line=17, bytestart=726, _G.sym('.', {quoted=true, filename="fennel/macros.fnl", line=17}), setmetatable({filename="fennel/macros.fnl", line=17, bytestart=729, host("require"), "async"}, getmetatable(_G.list())), key}, getmetatable(_G.list()))
end
pcall(function() require("fennel").metadata:setall(runtime, "fnl/arglist", {"key"}, "fnl/docstring", "The form that finds `key` in the library.") end)
local function check(ok_3f, message, form)
  if ok_3f then
    return ok_3f
  elseif _G["ast-source"](form).line then
    return _G["assert-compile"](false, message, form)
  else
    return error(message, 0)
  end
end
pcall(function() require("fennel").metadata:setall(check, "fnl/arglist", {"ok?", "message", "form"}, "fnl/docstring", "Stop the compiler with `message`, pointing at `form` if it knows its line.") end)
local function text(form)
  local shown = view(form, {["one-line?"] = true, ["prefer-colon?"] = true})
  if (60 < #shown) then
    return (shown:sub(1, 57) .. "...")
  else
    return shown
  end
end
pcall(function() require("fennel").metadata:setall(text, "fnl/arglist", {"form"}, "fnl/docstring", "A form as the user wrote it, short enough for a message.") end)
local function spawn(...)
  if _G["get-scope"]().vararg then
    return setmetatable({filename="fennel/macros.fnl", line=39, bytestart=1605, runtime("go"), setmetatable({filename="fennel/macros.fnl", line=39, bytestart=1621, _G.sym('fn', {quoted=true, filename="fennel/macros.fnl", line=39}), setmetatable({_VARARG}, {filename="fennel/macros.fnl", line=39, sequence=(getmetatable(_G.sequence()))['sequence']}), setmetatable({filename="fennel/macros.fnl", line=39, bytestart=1631, _G.sym('do', {quoted=true, filename="fennel/macros.fnl", line=39}), ...}, getmetatable(_G.list()))}, getmetatable(_G.list())), _VARARG}, getmetatable(_G.list()))
  else
    return setmetatable({filename="fennel/macros.fnl", line=40, bytestart=1654, runtime("go"), setmetatable({filename="fennel/macros.fnl", line=40, bytestart=1670, _G.sym('fn', {quoted=true, filename="fennel/macros.fnl", line=40}), setmetatable({}, {filename="fennel/macros.fnl", line=40, sequence=(getmetatable(_G.sequence()))['sequence']}), setmetatable({filename="fennel/macros.fnl", line=40, bytestart=1677, _G.sym('do', {quoted=true, filename="fennel/macros.fnl", line=40}), ...}, getmetatable(_G.list()))}, getmetatable(_G.list()))}, getmetatable(_G.list()))
  end
end
pcall(function() require("fennel").metadata:setall(spawn, "fnl/arglist", {"..."}, "fnl/docstring", "Call the library's go with a function of these forms.\n\nThe function is a plain `fn`: in a hash function it leaves $ alone. Where `...` is in scope it\nis passed through, with its nils; which forms use it cannot be seen before they are expanded.\nThe `do` keeps a string or a table at the head from being read as the function's docstring.") end)
local function go(...)
  return spawn(...)
end
pcall(function() require("fennel").metadata:setall(go, "fnl/arglist", {"&", "body"}, "fnl/body-form?", true, "fnl/docstring", "Run body as a go block: at once, until it first has to wait.\nInside, <! >! and alts! park only this block. Returns a channel that gets the\nvalue of body, if it is not nil, and is then closed.\n\n  (go (let [v (<! in)] (>! out (* v 2))))") end)
local function check_bindings(bindings)
  check(_G["sequence?"](bindings), ("go-loop: expected bindings like [i 0], got " .. text(bindings)), bindings)
  local n = #bindings
  check((0 == (n % 2)), ("go-loop: " .. text(bindings[n]) .. " has no initial value"), bindings)
  for i = 1, n, 2 do
    local target = bindings[i]
    local function _5_()
      if ("table" == type(target)) then
        return target
      else
        return bindings
      end
    end
    check(((_G["sym?"](target) and not _G["multi-sym?"](target) and not _G["sym?"](target, "nil") and not _G["sym?"](target, "&")) or _G["table?"](target)), ("go-loop: expected a name or a table of names to bind, got " .. text(target)), _5_())
  end
  return nil
end
pcall(function() require("fennel").metadata:setall(check_bindings, "fnl/arglist", {"bindings"}) end)
local function go_loop(bindings, ...)
  check_bindings(bindings)
  check((0 < select("#", ...)), "go-loop: expected a body after the bindings", bindings)
  local recur = sym("recur")
  local starts = sequence()
  local params = sequence()
  local call = list(setmetatable({filename="fennel/macros.fnl", line=82, bytestart=3358, _G.sym('fn', {quoted=true, filename="fennel/macros.fnl", line=82}), recur, params, setmetatable({filename="fennel/macros.fnl", line=82, bytestart=3377, _G.sym('do', {quoted=true, filename="fennel/macros.fnl", line=82}), ...}, getmetatable(_G.list()))}, getmetatable(_G.list())))
  local n = #bindings
  for i = 1, n, 2 do
    local target = bindings[i]
    local name
    if _G["sym?"](target) then
      name = target
    else
      name = gensym("start")
    end
    table.insert(starts, name)
    table.insert(starts, bindings[(i + 1)])
    if (_G["table?"](target) and ((i + 1) < n)) then
      table.insert(starts, target)
      table.insert(starts, name)
    else
    end
    table.insert(params, target)
    table.insert(call, name)
  end
  return spawn(setmetatable({filename="fennel/macros.fnl", line=94, bytestart=3869, _G.sym('let', {quoted=true, filename="fennel/macros.fnl", line=94}), starts, call}, getmetatable(_G.list())))
end
pcall(function() require("fennel").metadata:setall(go_loop, "fnl/arglist", {"bindings", "&", "body"}, "fnl/body-form?", true, "fnl/docstring", "A go block that loops: (recur ...) in tail position starts body again, with\na new value for each binding. A later initial value may use the earlier\nnames and `...`; a binding may take a table apart. The initial values are\nevaluated in the go block.\n\n  (go-loop [total 0]\n    (let [v (<! numbers)]\n      (if v (recur (+ total v)) total)))") end)
local function channel_3f(form)
  return (_G["list?"](form) or _G["varg?"](form) or (_G["sym?"](form) and not _G["sym?"](form, "nil")))
end
pcall(function() require("fennel").metadata:setall(channel_3f, "fnl/arglist", {"form"}, "fnl/docstring", "Can this form have a channel as its value? No literal can.") end)
local function place_21(node, form)
  local _let_8_ = _G["ast-source"](form)
  local filename = _let_8_["filename"]
  local line = _let_8_["line"]
  if line then
    node.filename, node.line = filename, line
  else
  end
  return node
end
pcall(function() require("fennel").metadata:setall(place_21, "fnl/arglist", {"node", "form"}, "fnl/docstring", "Let `node` stand where the user wrote `form`, for the lines in errors and tracebacks.") end)
local function bind_21(alt, form, base)
  local name = place_21(gensym(base), form)
  table.insert(alt.lets, name)
  table.insert(alt.lets, form)
  return name
end
pcall(function() require("fennel").metadata:setall(bind_21, "fnl/arglist", {"alt", "form", "base"}) end)
local function add_port_21(alt, form, at, kind)
  check(channel_3f(form), (alt.name .. ": expected a channel, got " .. text(form) .. "; a put is written [[channel value]]"), at)
  local complaint = (alt.name .. ": expected a channel, but " .. text(form) .. " is nil")
  local checked = place_21(setmetatable({filename="fennel/macros.fnl", line=129, bytestart=5241, _G.sym('or', {quoted=true, filename="fennel/macros.fnl", line=129}), form, setmetatable({filename="fennel/macros.fnl", line=129, bytestart=5251, host("error"), complaint}, getmetatable(_G.list()))}, getmetatable(_G.list())), form)
  local name = bind_21(alt, checked, "port")
  table.insert(alt[kind], name)
  return name
end
pcall(function() require("fennel").metadata:setall(add_port_21, "fnl/arglist", {"alt", "form", "at", "kind"}, "fnl/docstring", "Bind the channel of one port; a nil at the end of the ports would else vanish unseen.") end)
local function add_op_21(alt, clause, form, at)
  if _G["sequence?"](form) then
    check((2 == #form), (alt.name .. ": a put is a pair [channel value], got " .. text(form)), form)
    local port = add_port_21(alt, form[1], form, "puts")
    table.insert(clause.puts, port)
    return table.insert(alt.ports, {port, bind_21(alt, form[2], "value")})
  else
    local port = add_port_21(alt, form, at, "takes")
    table.insert(clause.takes, port)
    return table.insert(alt.ports, port)
  end
end
pcall(function() require("fennel").metadata:setall(add_op_21, "fnl/arglist", {"alt", "clause", "form", "at"}) end)
local function check_expr(alt, expr)
  if (_G["list?"](expr) and _G["sequence?"](expr[1])) then
    local names = expr[1]
    check((#names <= 2), (alt.name .. ": a clause binds a value and a port, got " .. text(names)), names)
    return check(expr[2], (alt.name .. ": expected a body after " .. text(names)), expr)
  else
    return nil
  end
end
pcall(function() require("fennel").metadata:setall(check_expr, "fnl/arglist", {"alt", "expr"}, "fnl/docstring", "A clause's expression may be ([value port] body...).") end)
local function add_clause_21(alt, ports, expr)
  local clause = {expr = expr, takes = {}, puts = {}}
  check_expr(alt, expr)
  if _G["sequence?"](ports) then
    check(ports[1], (alt.name .. ": [] names no port"), ports)
    for _, form in ipairs(ports) do
      add_op_21(alt, clause, form, ports)
    end
  else
    add_op_21(alt, clause, ports, ports)
  end
  return table.insert(alt.clauses, clause)
end
pcall(function() require("fennel").metadata:setall(add_clause_21, "fnl/arglist", {"alt", "ports", "expr"}) end)
local function add_option_21(alt, key, value)
  check(((key == "default") or (key == "priority")), (alt.name .. ": unknown option " .. text(key) .. "; there are :default and :priority"), value)
  check((nil == alt.options[key]), (alt.name .. ": " .. text(key) .. " is given twice"), value)
  alt.options[key] = value
  return nil
end
pcall(function() require("fennel").metadata:setall(add_option_21, "fnl/arglist", {"alt", "key", "value"}) end)
local function read_clauses(name, ...)
  local alt = {name = name, lets = sequence(), ports = sequence(), puts = {}, takes = {}, options = {}, clauses = {}}
  local forms = {...}
  local n = select("#", ...)
  for i = 1, n, 2 do
    local key = forms[i]
    check((i < n), (name .. ": " .. text(key) .. " has no expression"), key)
    if ("string" == type(key)) then
      add_option_21(alt, key, forms[(i + 1)])
    else
      add_clause_21(alt, key, forms[(i + 1)])
    end
  end
  check(alt.clauses[1], (name .. ": expected a port and an expression"), forms[2])
  return alt
end
pcall(function() require("fennel").metadata:setall(read_clauses, "fnl/arglist", {"name", "..."}) end)
local function any(port, names)
  local tests
  do
    local tbl_19_ = list(_G.sym('or', {quoted=true, filename="fennel/macros.fnl", line=190}))
    for _, name in ipairs(names) do
      local val_20_ = setmetatable({filename="fennel/macros.fnl", line=191, bytestart=7908, _G.sym('=', {quoted=true, filename="fennel/macros.fnl", line=191}), port, name}, getmetatable(_G.list()))
      table.insert(tbl_19_, val_20_)
    end
    tests = tbl_19_
  end
  if tests[3] then
    return tests
  else
    return tests[2]
  end
end
pcall(function() require("fennel").metadata:setall(any, "fnl/arglist", {"port", "names"}, "fnl/docstring", "Is the port one of these?") end)
local function won(clause, _15_)
  local port = _15_["port"]
  local wrote = _15_["wrote"]
  local take = (clause.takes[1] and any(port, clause.takes))
  local put = (clause.puts[1] and any(port, clause.puts))
  if not wrote then
    return (take or put)
  elseif not put then
    return setmetatable({filename="fennel/macros.fnl", line=199, bytestart=8252, _G.sym('and', {quoted=true, filename="fennel/macros.fnl", line=199}), setmetatable({filename="fennel/macros.fnl", line=199, bytestart=8257, _G.sym('not', {quoted=true, filename="fennel/macros.fnl", line=199}), wrote}, getmetatable(_G.list())), take}, getmetatable(_G.list()))
  elseif not take then
    return setmetatable({filename="fennel/macros.fnl", line=200, bytestart=8297, _G.sym('and', {quoted=true, filename="fennel/macros.fnl", line=200}), wrote, put}, getmetatable(_G.list()))
  else
    return setmetatable({filename="fennel/macros.fnl", line=201, bytestart=8324, _G.sym('or', {quoted=true, filename="fennel/macros.fnl", line=201}), setmetatable({filename="fennel/macros.fnl", line=201, bytestart=8328, _G.sym('and', {quoted=true, filename="fennel/macros.fnl", line=201}), setmetatable({filename="fennel/macros.fnl", line=201, bytestart=8333, _G.sym('not', {quoted=true, filename="fennel/macros.fnl", line=201}), wrote}, getmetatable(_G.list())), take}, getmetatable(_G.list())), setmetatable({filename="fennel/macros.fnl", line=201, bytestart=8353, _G.sym('and', {quoted=true, filename="fennel/macros.fnl", line=201}), wrote, put}, getmetatable(_G.list()))}, getmetatable(_G.list()))
  end
end
pcall(function() require("fennel").metadata:setall(won, "fnl/arglist", {"clause", "{:port port :wrote wrote}"}, "fnl/docstring", "The test that one of the clause's operations is the one that happened.") end)
local function body(expr, outcome)
  if (_G["list?"](expr) and _G["sequence?"](expr[1])) then
    return setmetatable({filename="fennel/macros.fnl", line=205, bytestart=8455, _G.sym('let', {quoted=true, filename="fennel/macros.fnl", line=205}), setmetatable({expr[1], outcome.result}, {filename="fennel/macros.fnl", line=205, sequence=(getmetatable(_G.sequence()))['sequence']}), unpack(expr, 2)}, getmetatable(_G.list()))
  else
    return expr
  end
end
pcall(function() require("fennel").metadata:setall(body, "fnl/arglist", {"expr", "outcome"}) end)
local function choose(alt, outcome)
  local default_3f = (nil ~= alt.options.default)
  local tree = list(_G.sym('if', {quoted=true, filename="fennel/macros.fnl", line=211}))
  for i, clause in ipairs(alt.clauses) do
    if (default_3f or (i < #alt.clauses)) then
      table.insert(tree, won(clause, outcome))
    else
    end
    table.insert(tree, body(clause.expr, outcome))
  end
  if default_3f then
    table.insert(tree, outcome.value)
  else
  end
  return tree
end
pcall(function() require("fennel").metadata:setall(choose, "fnl/arglist", {"alt", "outcome"}, "fnl/docstring", "The `if` over the clauses. Without a default the last one needs no test.") end)
local function call_alts(alt, verb)
  local call = list(runtime(verb), alt.ports)
  for _, key in ipairs({"default", "priority"}) do
    if (nil ~= alt.options[key]) then
      table.insert(call, key)
      table.insert(call, bind_21(alt, alt.options[key], key))
    else
    end
  end
  return call
end
pcall(function() require("fennel").metadata:setall(call_alts, "fnl/arglist", {"alt", "verb"}) end)
local function bind_outcome_21(alt, result)
  local value = bind_21(alt, setmetatable({filename="fennel/macros.fnl", line=228, bytestart=9291, _G.sym('.', {quoted=true, filename="fennel/macros.fnl", line=228}), result, 1}, getmetatable(_G.list())), "value")
  local port = bind_21(alt, setmetatable({filename="fennel/macros.fnl", line=229, bytestart=9338, _G.sym('.', {quoted=true, filename="fennel/macros.fnl", line=229}), result, 2}, getmetatable(_G.list())), "port")
  local both_3f = (alt.takes[1] and alt.puts[1])
  local wrote
  if both_3f then
    wrote = bind_21(alt, setmetatable({filename="fennel/macros.fnl", line=232, bytestart=9464, _G.sym('and', {quoted=true, filename="fennel/macros.fnl", line=232}), setmetatable({filename="fennel/macros.fnl", line=232, bytestart=9469, _G.sym('or', {quoted=true, filename="fennel/macros.fnl", line=232}), setmetatable({filename="fennel/macros.fnl", line=232, bytestart=9473, _G.sym('=', {quoted=true, filename="fennel/macros.fnl", line=232}), value, true}, getmetatable(_G.list())), setmetatable({filename="fennel/macros.fnl", line=232, bytestart=9489, _G.sym('=', {quoted=true, filename="fennel/macros.fnl", line=232}), value, false}, getmetatable(_G.list()))}, getmetatable(_G.list())), any(port, alt.puts)}, getmetatable(_G.list())), "wrote")
  else
    wrote = nil
  end
  return {result = result, value = value, port = port, wrote = wrote}
end
pcall(function() require("fennel").metadata:setall(bind_outcome_21, "fnl/arglist", {"alt", "result"}) end)
local function expand(name, verb, ...)
  local alt = read_clauses(name, ...)
  local result = bind_21(alt, call_alts(alt, verb), "result")
  local only = alt.clauses[1]
  local another = alt.clauses[2]
  local tree
  if (another or (nil ~= alt.options.default)) then
    tree = choose(alt, bind_outcome_21(alt, result))
  else
    tree = body(only.expr, {result = result})
  end
  return setmetatable({filename="fennel/macros.fnl", line=243, bytestart=9927, _G.sym('let', {quoted=true, filename="fennel/macros.fnl", line=243}), alt.lets, tree}, getmetatable(_G.list()))
end
pcall(function() require("fennel").metadata:setall(expand, "fnl/arglist", {"name", "verb", "..."}) end)
local function alt_21(...)
  return expand("alt!", "alts!", ...)
end
pcall(function() require("fennel").metadata:setall(alt_21, "fnl/arglist", {"&", "clauses"}, "fnl/docstring", "Do the one operation that is possible first, and give the value of its\nclause; park the go block until then. A clause is a port and an expression:\n\n  in                 takes from in\n  [a b]              takes from a or from b\n  [[out 5]]          puts 5 on out\n  ([v port] ...)     an expression that binds the result and the port\n\nPorts and put values are evaluated once, in order, before anything happens.\n:default v makes v the value when nothing is possible now.\n:priority true tries the ports in the order written, not in a random one.\n\n  (alt! in ([v] (* v 2))\n        [[out 5]] :written\n        (timeout 100) :late)") end)
local function alt_21_21(...)
  return expand("alt!!", "alts!!", ...)
end
pcall(function() require("fennel").metadata:setall(alt_21_21, "fnl/arglist", {"&", "clauses"}, "fnl/docstring", "As alt!, for the main thread: it blocks where alt! parks.") end)
return {go = go, ["go-loop"] = go_loop, ["alt!"] = alt_21, ["alt!!"] = alt_21_21}
