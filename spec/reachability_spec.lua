-- Who waits stays as long as one of the channels it waits on can be reached, and not longer:
-- a random graph of channels and waiters, checked against a model of it.
local async = require "async"
local more = require "spec.support.more"
local random = require "spec.support.random"

local WINDOW = 10 -- channels that are held; all others can only be reached through waiters

-- Lists with numbers only: LuaJIT 2.1.0-beta3 loses its way in `pairs` over a table like ours.
local function new_world(seed)
  local world = { below = random(seed), held = {}, names = 0, waiters = {}, woken = {}, twice = 0 }
  function world.replace(i)
    world.names = world.names + 1
    world.held[i] = { name = world.names, channel = async.chan(world.below(2) == 1 and 2 or nil) }
  end
  for i = 1, WINDOW do world.replace(i) end
  return world
end

--- A callback on one channel, or a go block in an alts on up to four.
local function add_waiter(world)
  local id, ports, names = #world.waiters + 1, {}, {}
  local kind = world.below(3)
  for i = 1, kind == 1 and 1 or world.below(4) do
    local entry = world.held[world.below(WINDOW)]
    ports[i], names[i] = entry.channel, entry.name
  end
  world.waiters[id] = names
  local function wake()
    if world.woken[id] then world.twice = world.twice + 1 end
    world.woken[id] = true
  end
  if kind == 1 then
    async.take_async(ports[1], wake)
  else
    async.go(function()
      async.park_alts(ports)
      wake()
    end)
  end
end

local function any_reached(reached, names)
  for _, name in ipairs(names) do
    if reached[name] then return true end
  end
  return false
end

--- The names that can be reached: held, or listed in the ports of a waiter that can be reached.
local function reachable(world)
  local reached, grew = {}, true
  for i = 1, WINDOW do reached[world.held[i].name] = true end
  while grew do
    grew = false
    for id = 1, #world.waiters do
      local names = world.waiters[id]
      if not world.woken[id] and any_reached(reached, names) then
        for _, name in ipairs(names) do
          if not reached[name] then reached[name], grew = true, true end
        end
      end
    end
  end
  return reached
end

local function expected_waiters(world)
  local reached, count = reachable(world), 0
  for id = 1, #world.waiters do
    if not world.woken[id] and any_reached(reached, world.waiters[id]) then count = count + 1 end
  end
  return count
end

local function round(world, number)
  for _ = 1, world.below(30) do add_waiter(world) end
  for _ = 1, world.below(3) do world.replace(world.below(WINDOW)) end
  if world.below(5) == 1 then collectgarbage() end
  if world.below(5) == 1 then collectgarbage("step", 100) end
  if world.below(3) == 1 then async.try_put(world.held[world.below(WINDOW)].channel, number) end
end

describe("a random graph of channels and waiters", function()
  for seed = 1, 4 do
    it("is collected exactly as far as it cannot be reached: seed " .. seed, function()
      more.settle()
      more.collect()
      local others = async.stats().parked
      local world = new_world(seed)
      for number = 1, 120 do
        round(world, number)
        if number % 20 == 0 then
          more.settle()
          more.collect()
          assert.equal(expected_waiters(world), async.stats().parked - others)
        end
      end
      for i = 1, WINDOW do
        local c = world.held[i].channel
        while #c < 2 and async.try_put(c, "wake up") do end
      end
      more.settle()
      local held = {}
      for i = 1, WINDOW do held[world.held[i].name] = true end
      for id = 1, #world.waiters do
        if any_reached(held, world.waiters[id]) then assert.is_true(world.woken[id]) end
      end
      assert.equal(0, world.twice)
    end)
  end
end)
