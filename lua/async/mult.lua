-- mult: every value of one channel goes to all the channels that are tapped in.
--
-- The loop is a go block that hangs on the source, and on the taps while it waits
-- for them; so a mult whose channels nobody can reach is collected with them.
local check = require "async.check"
local core = require "async.core"
local flow = require "async.flow"
local guard = require "async.guard"
local hub = require "async.hub"

local wanted, yield = flow.wanted, coroutine.yield
local masked, take, try_put, put_async = core.masked, core.park_take, core.try_put, core.put_async
local offer_each = core.offer_each

-- Between calls: `by_channel` has the tap of each channel. `list` has them in
-- order, in `taps` and, at the same places, their channels in `channels`: false
-- there for one that is gone, and for a channel of the user's own, where a put
-- may raise. A list only grows at its end; to drop what is gone it is replaced,
-- so whoever goes through it up to its `count` is not disturbed.
local Mult = hub.class("Mult", function(self)
  if self.ended then return "ended" end
  local count = self.list.count - self.list.gone
  return count == 1 and "1 tap" or count .. " taps"
end)

local function append(list, tap)
  local at = list.count + 1
  tap.at = at
  list.taps[at] = tap
  list.channels[at] = type(tap.channel) == "userdata" and tap.channel
  list.count = at
end

local function new_list()
  return { count = 0, gone = 0, taps = {}, channels = {} }
end

-- Both run masked.

local function add(mult, channel, close)
  local tap = mult.by_channel[channel]
  if tap then
    tap.close = close
  elseif not mult.ended then
    tap = { channel = channel, close = close, waits = false, gone = false }
    mult.by_channel[channel] = tap
    append(mult.list, tap)
  end
end

local function remove(mult, channel)
  local tap, list = mult.by_channel[channel], mult.list
  if not tap then return end
  mult.by_channel[channel] = nil
  tap.gone = true
  list.channels[tap.at] = false
  list.gone = list.gone + 1
  if list.gone > list.count / 2 then
    local fresh = new_list()
    for i = 1, list.count do
      if not list.taps[i].gone then append(fresh, list.taps[i]) end
    end
    mult.list = fresh
  end
end

-- What a put that had to wait calls when it is decided.
local function answer(mult, tap)
  return function(accepted)
    tap.waits = false
    -- First the loop, which nobody else wakes should memory fail.
    if mult.awaited == tap then try_put(mult.bell, true) end
    if not accepted and not tap.gone then masked(remove, mult, tap.channel) end
  end
end

-- Puts to a tap that did not accept at once, and notes it among the late ones if
-- it has to be waited for. Returns how many these are.
local function put_late(mult, tap, value, late)
  if tap.gone then return late end
  tap.answer = tap.answer or answer(mult, tap)
  tap.waits = true
  if not guard(put_async, tap.channel, value, tap.answer) then tap.waits = false end
  if not tap.waits then return late end
  mult.late[late + 1] = tap
  return late + 1
end

-- The last one first: it mostly answers last, and then the bell rings once.
local function wait_for(mult, late)
  for i = late, 1, -1 do
    local tap = mult.late[i]
    mult.late[i] = nil
    mult.awaited = tap
    while tap.waits do take(mult.bell) end
  end
  mult.awaited = nil
end

local function serve(mult)
  local source = mult.source
  local value = take(source)
  while value ~= nil do
    local list, late = mult.list, 0
    local channels, count = list.channels, list.count
    local at = offer_each(channels, value, 1, count)
    while at do
      late = put_late(mult, list.taps[at], value, late)
      at = offer_each(channels, value, at + 1, count)
    end
    if late > 0 then wait_for(mult, late) end
    -- The takers get their turn first. Else every second value would find them not
    -- back yet, and each of its puts would have to wait with a callback.
    if list.count > 1 then yield() end
    value = take(source)
  end
end

-- The source is closed, or the loop has failed: then too nobody is left waiting.
local function finish(mult)
  local list = mult.list
  mult.ended, mult.list, mult.by_channel = true, new_list(), {}
  for i = 1, list.count do
    local tap = list.taps[i]
    if tap.close and not tap.gone then guard(core.close, tap.channel) end
  end
end

Mult["muxch*"] = function(self)
  return self.source
end

Mult["tap*"] = function(self, channel, close)
  masked(add, self, channel, close)
end

Mult["untap*"] = function(self, channel)
  masked(remove, self, channel)
end

Mult["untap-all*"] = function(self)
  masked(function()
    for i = 1, self.list.count do self.list.taps[i].gone = true end
    self.list, self.by_channel = new_list(), {}
  end)
end

local M = {}

-- It has been rung once: so there is room in it, and to ring it takes no memory.
local function new_bell()
  local bell = core.chan(1)
  try_put(bell, true)
  core.try_take(bell)
  return bell
end

--- mult(source) -> mult
function M.mult(source)
  check.channel("async.mult", source, 1)
  local mult = hub.object(Mult, {
    source = source,
    by_channel = {},
    list = new_list(),
    late = {},
    bell = new_bell(),
    awaited = nil,
    ended = false,
  })
  hub.run(serve, mult, finish)
  return mult
end

--- tap(mult, channel, close?) -> channel
function M.tap(mult, channel, ...)
  hub.check("async.tap", mult, "tap*", "mult")
  check.channel("async.tap", channel, 2)
  mult["tap*"](mult, channel, wanted(...))
  return channel
end

--- untap(mult, channel)
function M.untap(mult, channel)
  hub.check("async.untap", mult, "untap*", "mult")
  check.channel("async.untap", channel, 2)
  mult["untap*"](mult, channel)
end

--- untap_all(mult)
function M.untap_all(mult)
  hub.check("async.untap_all (untap-all)", mult, "untap-all*", "mult")
  mult["untap-all*"](mult)
end

Mult.tap, Mult.untap, Mult.untap_all = M.tap, M.untap, M.untap_all

return M
