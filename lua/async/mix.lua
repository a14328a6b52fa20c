-- mix: the values of several channels go to one, and each input can be muted,
-- paused or made a solo while that runs.
local check = require "async.check"
local core = require "async.core"
local hub = require "async.hub"

local masked, alts, put, is_closed = core.masked, core.park_alts, core.park_put, core.is_closed

local FLAGS = { mute = true, pause = true, solo = true }
local MODES = { mute = true, pause = true }

-- Between calls: `inputs` has the flags of each channel. What the loop goes by,
-- `ports`, `soloing` and `heard`, is made from that when `stale` says so.
local Mix = hub.class("Mix", function(self)
  if self.ended then return "ended" end
  local count = 0
  for _ in pairs(self.inputs) do count = count + 1 end
  return count == 1 and "1 input" or count .. " inputs"
end)

-- Runs masked. Which inputs are read, and whose values are passed on.
local function survey(mix)
  mix.stale, mix.soloing = false, false
  for _, flags in pairs(mix.inputs) do
    if flags.solo then mix.soloing = true end
  end
  local only_solos = mix.soloing and mix.mode == "pause"
  mix.ports, mix.heard = { mix.change }, {}
  for channel, flags in pairs(mix.inputs) do
    local read = flags.solo
    if not only_solos then read = not flags.pause end
    if read then mix.ports[#mix.ports + 1] = channel end
    if mix.soloing then
      mix.heard[channel] = flags.solo
    else
      mix.heard[channel] = not flags.mute
    end
  end
end

local function stir(mix)
  local out, change = mix.out, mix.change
  while not is_closed(out) do
    if mix.stale then masked(survey, mix) end
    local result = alts(mix.ports)
    local value, channel = result[1], result[2]
    if channel ~= change then
      if value == nil then
        mix.inputs[channel], mix.stale = nil, true
      elseif mix.heard[channel] and not put(out, value) then
        return
      end
    end
  end
end

local function finish(mix)
  mix.ended, mix.inputs, mix.ports, mix.heard = true, {}, nil, nil
end

-- Changes something in one go, and wakes the loop.
local function change(mix, f, ...)
  if mix.ended then return end
  masked(f, mix, ...)
  mix.stale = true
  core.try_put(mix.change, true)
end

local function merge(mix, states)
  for channel, flags in pairs(states) do
    local known = mix.inputs[channel]
    if not known then
      known = {}
      mix.inputs[channel] = known
    end
    for flag, value in pairs(flags) do known[flag] = value end
  end
end

Mix["muxch*"] = function(self)
  return self.out
end

Mix["admix*"] = function(self, channel)
  change(self, function() self.inputs[channel] = {} end)
end

Mix["unmix*"] = function(self, channel)
  change(self, function() self.inputs[channel] = nil end)
end

Mix["unmix-all*"] = function(self)
  change(self, function() self.inputs = {} end)
end

Mix["toggle*"] = function(self, states)
  change(self, merge, states)
end

Mix["solo-mode*"] = function(self, mode)
  change(self, function() self.mode = mode end)
end

local M = {}

--- mix(out) -> mix
function M.mix(out)
  check.channel("async.mix", out, 1)
  local mix = hub.object(Mix, {
    out = out,
    change = core.chan(core.sliding_buffer(1)),
    inputs = {},
    mode = "mute",
    stale = true,
    ended = false,
  })
  hub.run(stir, mix, finish)
  return mix
end

--- admix(mix, channel)
function M.admix(mix, channel)
  hub.check("async.admix", mix, "admix*", "mix")
  check.channel("async.admix", channel, 2)
  mix["admix*"](mix, channel)
end

--- unmix(mix, channel)
function M.unmix(mix, channel)
  hub.check("async.unmix", mix, "unmix*", "mix")
  check.channel("async.unmix", channel, 2)
  mix["unmix*"](mix, channel)
end

--- unmix_all(mix)
function M.unmix_all(mix)
  hub.check("async.unmix_all (unmix-all)", mix, "unmix-all*", "mix")
  mix["unmix-all*"](mix)
end

-- Everything is looked at before anything changes.
local function check_states(states)
  check.list("async.toggle", states, 2)
  for channel, flags in pairs(states) do
    if not core.is_chan(channel) then
      error(("async.toggle: channels expected as keys, got %s (argument 2)"):format(type(channel)), 3)
    end
    if type(flags) ~= "table" then
      error(("async.toggle: a table of flags expected for each channel, got %s (argument 2)"):format(type(flags)), 3)
    end
    for flag in pairs(flags) do
      if not FLAGS[flag] then
        error(("async.toggle: mute, pause or solo expected, got %s (argument 2)"):format(tostring(flag)), 3)
      end
    end
  end
end

--- toggle(mix, { [channel] = { mute?, pause?, solo? }, … })
function M.toggle(mix, states)
  hub.check("async.toggle", mix, "toggle*", "mix")
  check_states(states)
  mix["toggle*"](mix, states)
end

--- solo_mode(mix, "mute" | "pause")
function M.solo_mode(mix, mode)
  hub.check("async.solo_mode (solo-mode)", mix, "solo-mode*", "mix")
  if not MODES[mode] then
    local got = type(mode) == "string" and ("%q"):format(mode) or tostring(mode)
    error(('async.solo_mode (solo-mode): "mute" or "pause" expected, got %s (argument 2)'):format(got), 2)
  end
  mix["solo-mode*"](mix, mode)
end

for _, name in ipairs { "admix", "unmix", "unmix_all", "toggle", "solo_mode" } do Mix[name] = M[name] end

return M
