-- A random program over one mult, pub or mix, and a ledger of what each consumer has to get.
local async = require "async"
local random = require "spec.support.random"
local more = require "spec.support.more"

local M = {}
local below

local function random_chan()
  local kind = below(4)
  return kind == 1 and async.chan() or async.chan(kind == 2 and 1 or below(20))
end

--- A consumer that is now fast, now slow, and keeps what it got.
local function consumer(channel)
  local self = { channel = channel, got = {}, finished = false }
  local pace = below(3)
  async.go(function()
    while true do
      if pace == 1 and below(3) == 1 then coroutine.yield() end
      if pace == 2 and below(60) == 1 then async.park_take(async.timeout(below(10))) end
      local value = async.park_take(channel)
      if value == nil then break end
      self.got[#self.got + 1] = value
    end
    self.finished = true
  end)
  return self
end

--- Puts `values` in order, with pauses, and closes.
local function produce(channel, values)
  async.go(function()
    for _, value in ipairs(values) do
      if below(10) == 1 then coroutine.yield() end
      if below(60) == 1 then async.park_take(async.timeout(below(5))) end
      assert(async.park_put(channel, value))
    end
    async.close(channel)
  end)
end

local function numbers(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

local function same(list, wanted, what)
  assert(#list == #wanted, ("%s: %d values instead of %d"):format(what, #list, #wanted))
  for i = 1, #wanted do
    assert(list[i] == wanted[i], ("%s: %s instead of %s at %d"):format(what, tostring(list[i]), tostring(wanted[i]), i))
  end
end

--- Each value at most once, and in order.
local function rises(list, what)
  for i = 2, #list do assert(list[i] > list[i - 1], ("%s: %s after %s"):format(what, list[i], list[i - 1])) end
end

--- Does random things while the program runs: `act` is one of them.
local function meddle(turns, act)
  async.go(function()
    for _ = 1, turns do
      if below(20) == 1 then async.park_take(async.timeout(below(4))) else coroutine.yield() end
      act()
    end
  end)
end

--- Attaches, detaches and closes passers-by, and collects garbage.
local function passers_by(hub, attach, detach)
  local passing = {}
  local function hub_is_over() return tostring(hub):find("ended", 1, true) ~= nil end
  meddle(60, function()
    local kind = below(6)
    if kind <= 2 then
      local one = consumer(random_chan())
      one.topic = below(3)
      passing[#passing + 1] = one
      one.left = hub_is_over() -- then nobody will close it
      attach(one)
    elseif kind == 3 and #passing > 0 then
      local one = passing[below(#passing)]
      one.left = true
      detach(one)
    elseif kind == 4 and #passing > 0 then
      async.close(passing[below(#passing)].channel)
    elseif kind == 5 then
      collectgarbage "step"
    end
  end)
  return passing
end

local function finish(all, passing)
  async.run()
  for _, one in ipairs(all) do assert(one.finished, "a consumer that stayed was not closed") end
  for i, one in ipairs(passing) do
    rises(one.got, "passer-by " .. i)
    if not one.left then assert(one.finished, "a passer-by was not closed") end
    async.close(one.channel)
  end
  async.run()
  assert(async.dispatched() == 0, "tasks are left")
end

function M.mult(n)
  local source, stay = random_chan(), {}
  local m = async.mult(source)
  for i = 1, below(6) do
    stay[i] = consumer(random_chan())
    async.tap(m, stay[i].channel)
  end
  local passing = passers_by(m, function(one) async.tap(m, one.channel) end,
    function(one) async.untap(m, one.channel) end)
  produce(source, numbers(n))
  finish(stay, passing)
  for i, one in ipairs(stay) do same(one.got, numbers(n), "tap " .. i) end
end

function M.pub(n)
  local source, stay = random_chan(), {}
  local buffers = below(3)
  local p = async.pub(source, function(value) return value % 3 + 1 end, function()
    if buffers > 1 then return below(4) end
  end)
  for i = 1, 2 + below(5) do
    stay[i] = consumer(random_chan())
    stay[i].topic = below(3)
    async.sub(p, stay[i].topic, stay[i].channel)
  end
  local passing = passers_by(p, function(one) async.sub(p, one.topic, one.channel) end,
    function(one) async.unsub(p, one.topic, one.channel) end)
  produce(source, numbers(n))
  finish(stay, passing)
  for i, one in ipairs(stay) do
    local wanted = {}
    for value = 1, n do
      if value % 3 + 1 == one.topic then wanted[#wanted + 1] = value end
    end
    same(one.got, wanted, "sub " .. i)
  end
end

function M.mix(n)
  local out = random_chan()
  local m, all, inputs = async.mix(out), consumer(out), {}
  local count = 1 + below(6)
  for i = 1, count do
    inputs[i] = random_chan()
    async.admix(m, inputs[i])
    local values = {}
    for k = 1, n do values[k] = i * 1e6 + k end
    produce(inputs[i], values)
  end
  -- Pauses and solos lose nothing in the mode "pause"; at the end all is undone.
  async.solo_mode(m, "pause")
  local names = { "pause", "solo" }
  meddle(60, function()
    async.toggle(m, { [inputs[below(count)]] = { [names[below(2)]] = below(2) == 1 } })
  end)
  async.run()
  for i = 1, count do async.toggle(m, { [inputs[i]] = { pause = false, solo = false } }) end
  async.run()
  local last = {}
  for _, value in ipairs(all.got) do
    local input, k = math.floor(value / 1e6), value % 1e6
    assert(k == (last[input] or 0) + 1, ("input %d: %d after %d"):format(input, k, last[input] or 0))
    last[input] = k
  end
  for i = 1, count do assert(last[i] == n, ("input %d: %s values instead of %d"):format(i, last[i], n)) end
  async.close(out)
  async.run()
  assert(all.finished, "the consumer was not closed")
end

--- Runs the program called `name` for one seed. Its errors name the seed.
function M.run(name, seed, n)
  below = random(seed)
  local trouble
  local before = async.on_error(function(report) trouble = trouble or report end)
  more.settle()
  local ok, err = pcall(M[name], n)
  async.on_error(before)
  if not ok or trouble then error(("%s with seed %d: %s"):format(name, seed, trouble or err), 0) end
end

return M
