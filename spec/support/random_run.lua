-- A random program over a few channels and a ledger of every value in it: nothing may be invented, doubled or lost.
-- Run in a process of its own by conservation_spec.
local async = require "async"
local random = require "spec.support.random"

local M = {}
local below

local function coin() return below(2) == 1 end

--- What is known of every value: `sent` is "waiting", "accepted", "unknown" or the put's answer.
local ledger

-- No number: a task that the hook runs may come between the reading and the writing of a counter.
local function new_value()
  local value = {}
  ledger.sent[value] = "waiting"
  return value
end

local function received(value)
  if value == nil then return end
  assert(ledger.sent[value] ~= nil, "a value that nobody put")
  assert(ledger.sent[value] ~= false, "a value whose put was refused")
  assert(not ledger.got[value], "a value a second time")
  ledger.got[value] = true
end

local function answered(value, answer)
  assert(ledger.sent[value] == "waiting", "a second answer to one put")
  assert(answer or not ledger.got[value], "a refused put whose value had been taken")
  ledger.sent[value] = answer
end

local channels, all

local function any() return channels[below(#channels)] end

local function new_channel()
  local c = coin() and async.chan() or async.chan(below(3))
  all[#all + 1] = c
  return c
end

local function random_ports()
  local ports = {}
  for i = 1, below(4) do
    ports[i] = any()
    if coin() then ports[i] = { ports[i], new_value() } end
  end
  return ports
end

--- Writes down how an alts ended. Two puts on one channel leave open which of them it was.
local function alts_ended(ports, result)
  local was_put = type(result[1]) == "boolean"
  if result[2] ~= "default" and not was_put then received(result[1]) end
  local candidates = {}
  for _, port in ipairs(ports) do
    if type(port) == "table" then
      if was_put and port[1] == result[2] then
        candidates[#candidates + 1] = port[2]
      else
        answered(port[2], false)
      end
    end
  end
  for _, value in ipairs(candidates) do answered(value, #candidates == 1 and result[1] or "unknown") end
end

local function put_async()
  local value = new_value()
  local callback = coin() and function(answer) answered(value, answer) end or nil
  local ok, result = pcall(async.put_async, any(), value, callback, coin())
  if not ok then
    assert(result:find "1024", result)
    ledger.sent[value] = false
  elseif not callback then
    ledger.sent[value] = result and "accepted"
  end
end

local function take_async()
  local ok, err = pcall(async.take_async, any(), received, coin())
  assert(ok or err:find "1024", err)
end

local function go_alts(...)
  local ports, options = random_ports(), { ... }
  async.go(function() alts_ended(ports, async.park_alts(ports, (table.unpack or unpack)(options))) end)
end

local function go_loop()
  local c, rounds = any(), below(4)
  async.go(function()
    for _ = 1, rounds do
      local value = new_value()
      answered(value, async.park_put(any(), value))
      received(async.park_take(c))
    end
  end)
end

--- Parks a block and resumes or closes it by hand.
local function interfere()
  local c, d, co = any(), any(), nil
  local kind = below(3)
  async.go(function()
    co = coroutine.running()
    if kind == 1 then
      local value = new_value()
      ledger.sent[value] = "unknown"
      async.pcall(async.park_put, c, value)
    elseif kind == 2 then
      local ok, pair = async.pcall(async.park_alts, { c, d })
      if ok and pair then received(pair[1]) end
    else
      local ok, value = async.pcall(async.park_take, c)
      received(ok and value or nil)
    end
  end)
  if coin() then
    local value = new_value()
    answered(value, async.try_put(c, value) == true)
  end
  if coroutine.status(co) ~= "suspended" then return end
  if coroutine.close and coin() then
    coroutine.close(co)
  elseif coin() then
    coroutine.resume(co)
  end
end

local actions = {
  put_async,
  take_async,
  function()
    local value = new_value()
    answered(value, async.try_put(any(), value) == true)
  end,
  function() received(async.try_take(any())) end,
  function()
    local c, value = any(), new_value()
    async.go(function() answered(value, async.park_put(c, value)) end)
  end,
  function()
    local c = any()
    async.go(function() received(async.park_take(c)) end)
  end,
  function() go_alts() end,
  function() go_alts("priority", true) end,
  function() go_alts("default", "none") end,
  function()
    local ports = random_ports()
    alts_ended(ports, async.block_alts(ports, "default", "none"))
  end,
  go_loop,
  function() async.step(below(5)) end,
  function()
    if below(40) > 1 then return end
    local i = below(#channels)
    async.close(channels[i])
    channels[i] = new_channel()
  end,
  function()
    if below(100) == 1 then collectgarbage() end
    if below(30) == 1 then async.take_async(async.timeout(1), received) end
  end,
}

local function finish()
  async.run()
  for _, c in ipairs(all) do async.close(c) end
  for _ = 1, 20 do
    async.run()
    for _, c in ipairs(all) do
      for value in function() return async.try_take(c) end do received(value) end
    end
  end
end

--- One program. With `by_hand`, blocks are resumed and closed by others too: then a value may get lost,
--- but that is reported.
function M.run(seed, steps, by_hand)
  below, channels, all = random(seed), {}, {}
  ledger = { sent = {}, got = {} }
  local reported_losses, trouble = 0, nil
  async.on_error(function(report)
    if report:find "resumed by somebody else" then
      reported_losses = reported_losses + 1
    else
      trouble = trouble or report
    end
  end)
  for i = 1, 8 do channels[i] = new_channel() end
  for _ = 1, steps do
    actions[below(#actions)]()
    if by_hand and below(10) == 1 then interfere() end
  end
  finish()
  assert(not trouble, trouble)
  local lost = 0
  for value, answer in pairs(ledger.sent) do
    assert(answer ~= "waiting", "a put without an answer")
    if (answer == true or answer == "accepted") and not ledger.got[value] then lost = lost + 1 end
  end
  assert(lost <= reported_losses, lost .. " values are lost")
  assert(async.dispatched() == 0, "tasks are left")
end

return M
