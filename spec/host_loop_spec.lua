-- Programs whose main loop belongs to somebody else: an editor, a game, a server.
-- They call `step` from that loop and never block.
local async = require "async"
local support = require "spec.support"

local chan, go, step, timeout = async.chan, async.go, async.step, async.timeout
local put_async, take_async, try_take = async.put_async, async.take_async, async.try_take

-- A host: calls `frame` until `over`; it sleeps itself, so `step` must not.
local function main_loop(frame, over)
  local frames = 0
  while not over() do
    frames = frames + 1
    assert(frames < 1e8, "the host waits for something that does not come")
    frame(frames)
  end
  return frames
end

-- A server: each request is a coroutine that nobody but the server may resume.
local function new_server()
  local server, woken, open = { resumed = 0 }, {}, 0

  function server.request(handler)
    local co = coroutine.create(handler)
    open = open + 1
    woken[#woken + 1] = co
  end

  -- In a handler: a function that wakes it, and one that waits for that.
  function server.semaphore()
    local co, posted = coroutine.running(), false
    local function post()
      posted = true
      woken[#woken + 1] = co
    end
    local function wait()
      while not posted do coroutine.yield("waiting") end
    end
    return post, wait
  end

  function server.turn()
    local now = woken
    woken = {}
    for _, co in ipairs(now) do
      server.resumed = server.resumed + 1
      local ok, why = coroutine.resume(co)
      if not ok then error(why, 0) end
      if coroutine.status(co) == "dead" then
        open = open - 1
      else
        assert(why == "waiting", "the server did not ask for this yield")
      end
    end
    step()
  end

  function server.idle() return open == 0 end
  return server
end

describe("in a host that has the main loop", function()
  before_each(function() async.run() end)

  it("a step in each frame carries go blocks and their timers on", function()
    local seen, pulse = {}, chan()
    go(function()
      for i = 1, 3 do
        async.take(timeout(10))
        async.put(pulse, i)
      end
      async.close(pulse)
    end)
    go(function()
      support.each(pulse, function(i) seen[i] = i end)
      seen.over = true
    end)
    local frames = main_loop(function() step() end, function() return seen.over end)
    assert.same({ 1, 2, 3, over = true }, seen)
    assert.is_true(frames > 0)
  end)

  it("a step never sleeps, with a timer pending and blocks parked", function()
    local never, woke = chan(), false
    go(function()
      async.alts({ never, timeout(1000) })
      woke = true
    end)
    -- One that slept would fire the timer and have a task to run.
    for _ = 1, 100 do assert.equal(0, step()) end
    async.close(never)
    main_loop(function() step() end, function() return woke end)
  end)

  it("an error in a go block reaches the handler and not the loop", function()
    local ch = chan()
    go(function() error("lost " .. async.take(ch)) end)
    local seen = support.quiet_errors(function(seen)
      put_async(ch, "frame")
      main_loop(function() step() end, function() return seen[1] end)
    end)
    assert.equal(1, #seen)
    assert.is_truthy(seen[1].report:find("lost frame", 1, true))
  end)

  it("requests in the server's coroutines ask a go block with put! and take!", function()
    local server, questions, answers = new_server(), chan(4), {}
    go(function()
      support.each(questions, function(q)
        go(function()
          async.take(timeout(10))
          async.put(q.reply, q.n * 2)
        end)
      end)
    end)
    for n = 1, 50 do
      server.request(function()
        local reply, answer = chan(1), nil
        local post, wait = server.semaphore()
        put_async(questions, { n = n, reply = reply })
        take_async(reply, function(value)
          answer = value
          post()
        end)
        wait()
        answers[n] = answer
      end)
    end
    main_loop(server.turn, server.idle)
    async.close(questions)
    for n = 1, 50 do assert.equal(2 * n, answers[n]) end
    -- Once to begin and once to go on: the library resumed none of them.
    assert.equal(100, server.resumed)
  end)

  it("a request that only looks, turn by turn, gets its answer too", function()
    local server, got = new_server(), nil
    server.request(function()
      local reply = go(function()
        async.take(timeout(10))
        return "done"
      end)
      repeat
        got = try_take(reply)
        local post, wait = server.semaphore()
        post()
        wait()
      until got
    end)
    main_loop(server.turn, server.idle)
    assert.equal("done", got)
  end)
end)
