-- A program written for async.fnl finds everything where it expects it.
local async = require "async"
local more = require "spec.support.more"
local support = require "spec.support.init"

-- The keys of async.fnl's module, a few to a line.
local KEYS = [[
  buffer dropping-buffer sliding-buffer promise-buffer unblocking-buffer? buffers
  main-thread? chan chan? promise-chan take! <!! <! timeout put! >!! >! close! go go* alts! offer! poll!
  reduced reduced? mult tap untap untap-all mix admix unmix unmix-all toggle solo-mode
  pub sub unsub unsub-all take closed? alts!! __VERSION
  pipe pipeline-async pipeline pipeline-async-unordered pipeline-unordered
  reduce transduce split onto-chan! to-chan! map merge into
]]

describe("compatibility with async.fnl", function()
  it("all keys of its module are there", function()
    for key in KEYS:gmatch("%S+") do assert.is_not_nil(async[key], key .. " is missing") end
  end)

  it("the version is a string", function()
    assert.equal("string", type(async.__VERSION))
  end)

  it("buffers names the class of each kind of buffer", function()
    local made = {
      FixedBuffer = async.buffer(2),
      DroppingBuffer = async.dropping_buffer(2),
      SlidingBuffer = async.sliding_buffer(2),
      PromiseBuffer = async.promise_buffer(),
    }
    for name, buffer in pairs(made) do
      for class_name, class in pairs(async.buffers) do
        assert.equal(name == class_name, buffer.type == class)
        assert.equal(name == class_name, getmetatable(buffer).__index == class)
      end
      assert.truthy(tostring(buffer):find("^" .. name .. ": "))
      assert.equal(name, getmetatable(buffer).__name)
    end
  end)

  it("a buffer's class can be an __index, and refuses what is no buffer", function()
    local mine = setmetatable({}, { __index = async.buffers.SlidingBuffer })
    assert.equal(async.buffers.SlidingBuffer, mine.type)
    support.raises("buffer expected, got table", mine["add!"], mine, 1)
    assert.is_false(async["unblocking-buffer?"](mine))
  end)

  it("optional arguments count as given when they are nil", function()
    local source = async.chan()
    local m = async.mult(source)
    local p = async.pub(async.chan(), type)
    local open, closing = async.chan(), async.chan()
    async.tap(m, open, nil)
    async.tap(m, closing)
    async.sub(p, "t", async.chan(), nil)
    async.close(source)
    more.settle()
    assert.is_false(open.closed)
    assert.is_true(closing.closed)
  end)

  it("the module answers to both names, in Lua", function()
    more.expect_ok [[
      local a = require("io.gitlab.andreyorst.async")
      local chan, put, tap = a.chan, a["put!"], a.tap
      local news = chan()
      local hub = a.mult(news)
      local one, two = tap(hub, chan(a["sliding-buffer"](2))), tap(hub, chan(3))
      for i = 1, 3 do a[">!!"](news, i) end
      a["close!"](news)
      local total = 0
      local done = a.go(function()
        while true do
          local got = a["alts!"]({ one, two, a.timeout(500) })
          if got[1] == nil and one.closed and two.closed and #one == 0 and #two == 0 then return total end
          total = total + (got[1] or 0)
        end
      end)
      local result = a["<!!"](done)
      assert(result == 11 or result == 12, result)
      assert(a == require("async"))
      assert(require("io.gitlab.andreyorst.reduced")["reduced?"](a.reduced(1)))
      print "ok"
    ]]
  end)

  for _, from in ipairs {
    ":io.gitlab.andreyorst.async", "(doto :io.gitlab.andreyorst.async require)", ":async", "(doto :async require)",
  } do
    it("a program and its macros run, in Fennel, with the macros from " .. from, function()
      local name = from:match(":([%w.]+)")
      assert.equal("12\n[7 true]\n[1 2 3]\ndone\nexit 0\n", more.output("build/fennel/fennel %FILE", ([==[
        (import-macros {: go : go-loop : alt!} %s)
        (local {: chan : >! : <! : <!! : >!! : close! : pub : sub : timeout : promise-chan} (require :%s))
        (local orders (chan 4))
        (local desk (pub orders #(. $ :kind) #4))
        (local tea (sub desk :tea (chan)))
        (local cups
          (go-loop [sum 0]
            (let [order (<! tea)]
              (if order (recur (+ sum order.cups)) sum))))
        (each [_ cups (ipairs [3 4 5])]
          (>!! orders {:kind :tea : cups})
          (>!! orders {:kind :soup :cups 100}))
        (close! orders)
        (print (<!! cups))
        (local {: view} (require :fennel))
        (local ready (promise-chan))
        (>!! ready 7)
        (print (view (<!! (go (alt! ready ([v ch] [v (= ch ready)]) (timeout 500) :late)))))
        (local steps (chan))
        (go (for [i 1 3] (>! steps i)) (close! steps))
        (print (view (<!! (go-loop [seen []]
                            (let [v (<! steps)]
                              (if v (do (table.insert seen v) (recur seen)) seen))))))
        (print :done)
      ]==]):format(from, name)))
    end)
  end
end)
