-- A chat: what is said in the hall goes to a log, and by room to who is in that room.
local async = require("async")

local hall = async.chan()

-- A mult gives every message to the log and to the rooms.
local everything = hall:mult()
local log = everything:tap(async.chan(8))

-- A pub sorts them by room.
local rooms = everything:tap(async.chan()):pub(function(message) return message.room end)

-- A person reads one inbox, whatever rooms it is for. It keeps the newest 20 messages only,
-- so who does not read holds up nobody.
local function enter(name, ...)
  local inbox = async.chan(async.sliding_buffer(20))
  local joined = { ... }
  for _, room in ipairs(joined) do rooms:sub(room, inbox) end
  return async.go(function()
    local heard, gone = {}, false
    local message = inbox:take()
    while message and not gone do
      heard[#heard + 1] = ("[%s] %s: %s"):format(message.room, message.from, message.text)
      gone = message.text == "bye, " .. name
      if gone then
        for _, room in ipairs(joined) do rooms:unsub(room, inbox) end
      else
        message = inbox:take()
      end
    end
    return name .. " heard\n  " .. table.concat(heard, "\n  ")
  end)
end

local people = {
  enter("Ada", "music", "games"),
  enter("Ben", "games"),
  enter("Cleo", "music"),
}

local counted = async.reduce(function(count, message)
  count[message.room] = (count[message.room] or 0) + 1
  return count
end, {}, log)

async.go(function()
  local function say(from, room, text)
    async.put(hall, { from = from, room = room, text = text })
    async.take(async.timeout(1)) -- people need a moment to read
  end
  say("Ada", "games", "anybody for chess?")
  say("Cleo", "music", "listen to this")
  say("Ben", "games", "not today, I have to go")
  say("Ada", "games", "bye, Ben")
  say("Ada", "games", "so I play alone")
  say("Ada", "music", "is this Bach?")
  say("Dan", "cooking", "does nobody cook here?")
  async.close(hall) -- closes the log, the rooms and every inbox in them
end)

for _, person in ipairs(people) do print(async.take(person)) end
local count = async.take(counted)
print(("said: %d in games, %d in music, %d in cooking"):format(count.games, count.music, count.cooking))
