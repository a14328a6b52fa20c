-- The ported programs in examples, each in Lua and in Fennel, with what they print.
local more = require "spec.support.more"
local triggers = require "bench.triggers"

local function write(name, text)
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
end

--- Runs an example in a process of its own; `argument` becomes its first one.
local function run(name, argument, environment)
  local load = name:find "%.fnl$" and [[require("fennel").dofile]] or "dofile"
  return more.run_script(("arg = { [0] = %q, %q } %s(%q)"):format(name, argument, load, name), 60, environment)
end

local KINDS = { "lua", "fnl" }

--- A directory whose name has a space and a quote, with files and a directory in it.
local function with_directory(body)
  local base = os.tmpname()
  os.remove(base)
  local path = base .. " it's"
  local quoted = "'" .. path:gsub("'", "'\\''") .. "'"
  assert(os.execute("mkdir -p " .. quoted .. "/below"))
  local ok, err = pcall(body, path, quoted)
  os.execute("rm -r " .. quoted)
  if not ok then error(err, 0) end
end

local CHAT = [[
Ada heard
  [games] Ada: anybody for chess?
  [music] Cleo: listen to this
  [games] Ben: not today, I have to go
  [games] Ada: bye, Ben
  [games] Ada: so I play alone
  [music] Ada: is this Bach?
Ben heard
  [games] Ada: anybody for chess?
  [games] Ben: not today, I have to go
  [games] Ada: bye, Ben
Cleo heard
  [music] Cleo: listen to this
  [music] Ada: is this Bach?
said: 4 in games, 2 in music, 1 in cooking
exit 0
]]

-- Enough to take a good half second, and how many primes that are.
local LIMIT, PRIMES = 1000000, 78498
if jit then
  LIMIT, PRIMES = 5000000, 348513
end

--- Runs progress under a trigger: how many updates it showed before all was counted.
local function updates_meanwhile(kind, trigger)
  local got = run("examples/progress." .. kind, tostring(LIMIT), "ASYNC_TRIGGER=" .. trigger)
  assert.equal("", got.err)
  assert.equal(0, got.status)
  local shown, meanwhile = 0, 0
  for at in got.out:gmatch "s: (%d+) of" do
    shown = shown + 1
    if tonumber(at) < LIMIT - 1 then meanwhile = meanwhile + 1 end
  end
  local last = ("%d primes below %d, %d updates\n"):format(PRIMES, LIMIT, shown)
  assert.equal(last, got.out:match "[^\n]*\n$")
  return meanwhile
end

describe("the example", function()
  for _, kind in ipairs(KINDS) do
    for _, trigger in ipairs(triggers.names()) do
      local when = trigger == "none" and "not before the computation is over" or "while it computes"
      it(("progress.%s shows how far it is %s, under %s"):format(kind, when, trigger), function()
        local meanwhile = updates_meanwhile(kind, trigger)
        if trigger == "none" then
          assert.equal(0, meanwhile)
        else
          assert.is_true(meanwhile >= 3, meanwhile .. " updates")
        end
      end)
    end

    it("wordcount." .. kind .. " counts the words of all files of a directory", function()
      with_directory(function(path)
        write(path .. "/one.txt", "The cat, the dog; THE END")
        write(path .. "/two words.txt", "dog\ncat\ndog\n")
        write(path .. "/empty", "")
        write(path .. "/below/three", "not counted")
        for i = 1, 6 do write(path .. "/more" .. i, "more ") end
        local got = run("examples/wordcount." .. kind, path)
        assert.equal("", got.err)
        assert.equal(0, got.status)
        local counts = "     6 more\n     3 dog\n     3 the\n     2 cat\n     1 end\n"
        assert.equal("9 files, 5 different words\n" .. counts, got.out)
      end)
    end)

    it("wordcount." .. kind .. " reports a file that cannot be read, and counts the others", function()
      with_directory(function(path, quoted)
        write(path .. "/good", "word")
        assert(os.execute("ln -s nowhere " .. quoted .. "/bad"))
        local got = run("examples/wordcount." .. kind, path)
        assert.truthy(got.err:find("/bad: No such file", 1, true), got.err)
        assert.equal("1 files, 1 different words\n     1 word\n", got.out)
      end)
    end)

    it("limiter." .. kind .. " lets three requests pass at once, and one with each tick", function()
      local got, lines = run("examples/limiter." .. kind, ""), {}
      assert.equal("", got.err)
      assert.equal(0, got.status)
      for i, tick in ipairs { 0, 0, 0, 1, 2, 3, 4, 5 } do
        lines[i] = ("request %d passed with tick %d\n"):format(i, tick)
      end
      assert.equal(table.concat(lines), got.out)
    end)
  end

  it("chat.lua shows who hears what", function() assert.equal(CHAT, more.output("examples/chat.lua")) end)

  it("chat.fnl shows the same", function()
    assert.equal(CHAT, more.output("build/fennel/fennel examples/chat.fnl"))
  end)
end)
