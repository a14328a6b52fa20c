-- pub: each value of one channel goes to those who subscribed to its topic. A topic
-- has a channel with a mult of its own, made when the first one subscribes.
local check = require "async.check"
local core = require "async.core"
local flow = require "async.flow"
local hub = require "async.hub"
local mult = require "async.mult"

local masked, take, put = core.masked, core.park_take, core.park_put

-- Stands for the topic nil, which cannot be a key.
local NIL = {}

local function key_of(topic)
  if topic == nil then return NIL end
  return topic
end

-- Between calls: `mults` and `channels` have the same topics for keys. `asking` is
-- true while topic_of runs.
local Pub = hub.class("Pub", function(self)
  if self.ended then return "ended" end
  local count = 0
  for _ in pairs(self.mults) do count = count + 1 end
  return count == 1 and "1 topic" or count .. " topics"
end)

local function route(pub)
  local source, topic_of, channels = pub.source, pub.topic_of, pub.channels
  local value = take(source)
  while value ~= nil do
    pub.asking = true
    local topic = topic_of(value)
    pub.asking = false
    if topic == nil then topic = NIL end
    local channel = channels[topic]
    if channel then put(channel, value) end
    value = take(source)
  end
end

-- After the end of the source, or of the loop. A topic function that failed has
-- been reported; its value is dropped and the rest goes on.
local function finish(pub)
  if pub.asking then
    pub.asking = false
    return hub.run(route, pub, finish)
  end
  local channels = pub.channels
  pub.ended, pub.channels, pub.mults = true, {}, {}
  for _, channel in pairs(channels) do core.close(channel) end
end

-- The mult of a topic. A buf_fn may subscribe too, so it is asked outside the mask
-- and what came first stays.
local function mult_of(pub, topic)
  local key = key_of(topic)
  local known = pub.mults[key]
  if known then return known end
  local channel
  if pub.buf_fn then
    channel = core.chan(pub.buf_fn(topic))
  else
    channel = core.chan()
  end
  local fresh = mult.mult(channel)
  return masked(function()
    if not pub.mults[key] then
      pub.mults[key], pub.channels[key] = fresh, channel
    end
    return pub.mults[key]
  end)
end

-- Runs masked. Values that the topic's buffer still holds are dropped.
local function forget(pub, key)
  local known = pub.mults[key]
  if not known then return end
  known["untap-all*"](known)
  pub.mults[key], pub.channels[key] = nil, nil
end

Pub["muxch*"] = function(self)
  return self.source
end

Pub["sub*"] = function(self, topic, channel, close)
  if self.ended then return end
  local of_topic = mult_of(self, topic)
  of_topic["tap*"](of_topic, channel, close)
end

Pub["unsub*"] = function(self, topic, channel)
  local of_topic = self.mults[key_of(topic)]
  if of_topic then of_topic["untap*"](of_topic, channel) end
end

Pub["unsub-all*"] = function(self, ...)
  if select("#", ...) > 0 then
    masked(forget, self, key_of((...)))
  else
    masked(function()
      for key in pairs(self.mults) do forget(self, key) end
    end)
  end
end

local M = {}

--- pub(source, topic_fn, buf_fn?) -> pub
function M.pub(source, topic_fn, buf_fn)
  check.channel("async.pub", source, 1)
  check.callable("async.pub", topic_fn, 2)
  check.optional_callable("async.pub", buf_fn, 3)
  local pub = hub.object(Pub, {
    source = source,
    topic_of = topic_fn,
    buf_fn = buf_fn,
    mults = {},
    channels = {},
    asking = false,
    ended = false,
  })
  hub.run(route, pub, finish)
  return pub
end

--- sub(pub, topic, channel, close?) -> channel
function M.sub(pub, topic, channel, ...)
  hub.check("async.sub", pub, "sub*", "pub")
  if topic ~= topic then error("async.sub: topic expected, got nan (argument 2)", 2) end
  check.channel("async.sub", channel, 3)
  pub["sub*"](pub, topic, channel, flow.wanted(...))
  return channel
end

--- unsub(pub, topic, channel)
function M.unsub(pub, topic, channel)
  hub.check("async.unsub", pub, "unsub*", "pub")
  check.channel("async.unsub", channel, 3)
  pub["unsub*"](pub, topic, channel)
end

--- unsub_all(pub, topic?)
function M.unsub_all(pub, ...)
  hub.check("async.unsub_all (unsub-all)", pub, "unsub-all*", "pub")
  pub["unsub-all*"](pub, ...)
end

Pub.sub, Pub.unsub, Pub.unsub_all = M.sub, M.unsub, M.unsub_all

return M
