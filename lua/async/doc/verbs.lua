-- Channels, single operations, go blocks, and what runs them; see `async.doc`.
return {
  -- Channels and buffers
  chan = { "?buf-or-n ?xf ?ex-handler", [[
A new channel. buf-or-n is a buffer or a size; without it or with 0 the channel
is unbuffered. xf is a transducer and needs a buffer; ex-handler gets what it
raises, and a result that is not nil goes to the buffer.]] },
  buffer = { "n", [[
A buffer that is full with n values (a whole number from 1 on).]] },
  dropping_buffer = { "n", [[
A buffer that is never full: with n values in it, what comes is dropped.]] },
  sliding_buffer = { "n", [[
A buffer that is never full: with n values in it, the oldest makes room.]] },
  promise_buffer = { "", [[
A buffer that keeps its first value for ever and drops all others.]] },
  is_unblocking_buffer = { "x", [[
Is x a dropping, sliding or promise buffer? Returns a boolean.]] },
  promise_chan = { "?xf ?ex-handler", [[
A channel whose first value every taker gets, past and future. xf and
ex-handler are as in chan.]] },
  is_chan = { "x", [[
Is x a channel, or a table that poses as one? Returns a boolean.]] },
  is_closed = { "ch", [[
Is the channel closed? Returns a boolean. It may hold values still.]] },
  close = { "ch", [[
Closes the channel; doing it again does no harm. What is in it, and what puts
that wait bring, can still be taken. Returns nil.]] },

  -- One operation
  put_async = { "ch v ?cb ?on-caller", [[
Puts v without waiting. Calls (cb true) when it is accepted and (cb false) when
ch is closed: at once where that is known at once, unless on-caller is given as
false or nil; else later as a task. Returns false if ch is closed, else true.
Raises when v is nil, or when 1024 puts wait already.]] },
  take_async = { "ch cb ?on-caller", [[
Takes without waiting. Calls (cb value), or (cb nil) when ch is closed and
empty: at once where that is known at once, unless on-caller is given as false
or nil; else later as a task. Returns nil. Raises when 1024 takes wait already.]] },
  try_put = { "ch v", [[
Puts v if that is possible now: true if it was, nil if not, false when ch is
closed. Never waits. Raises when v is nil.]] },
  try_take = { "ch", [[
Takes if that is possible now: the value, or nil. Never waits.]] },
  park_put = { "ch v", [[
Puts v, and parks the running coroutine until it is accepted. Returns true, or
false when ch is closed. Raises on the main thread, when v is nil, or when 1024
puts wait already.]] },
  park_take = { "ch", [[
Takes, and parks the running coroutine until there is something. Returns the
value, or nil when ch is closed and empty. Raises on the main thread, or when
1024 takes wait already.]] },
  block_put = { "ch v", [[
Puts v, and blocks the main thread until it is accepted; go blocks run
meanwhile. Returns true, or false when ch is closed. Raises in a coroutine, and
when nothing could ever take v.]] },
  block_take = { "ch", [[
Takes, and blocks the main thread until there is something; go blocks run
meanwhile. Returns the value, or nil when ch is closed and empty. Raises in a
coroutine, and when nothing could ever be put.]] },
  park_alts = { "ports & options", [[
Does one of several operations, and parks the running coroutine until one is
possible. A port is a channel to take from, or [channel value] to put. Options:
:priority true tries them in order, not in a random one; :default v does not
wait. They are given as arguments or as one table. Returns [value port]; the
port is :default where that was used. Raises on the main thread.]] },
  block_alts = { "ports & options", [[
As alts!, on the main thread, which blocks; go blocks run meanwhile. Raises in
a coroutine, and when nothing could ever happen.]] },
  put = { "ch v", [[
Puts v: parks in a coroutine and blocks on the main thread. Returns true, or
false when ch is closed.]] },
  take = { "ch-or-n ?ch ?buf", [[
(take ch) takes: parks in a coroutine and blocks on the main thread. Returns the
value, or nil when ch is closed and empty. (take n ch ?buf), with a number, is
another function: it returns a channel with the first n values of ch.]] },
  alts = { "ports & options", [[
As alts!: parks in a coroutine and blocks on the main thread. Returns
[value port].]] },
  timeout = { "ms", [[
A channel that closes after ms milliseconds, fractions allowed; never early. It
may be shared with others that end at the same time: do not close it.]] },

  -- Go blocks, and what runs when
  go = { "f & args", [[
Runs (f args...) as a go block: at once, until it first parks. Returns a channel
that gets the result if it is not nil, and is then closed. An error closes it
and is told to the error handler. The macro go takes forms instead.]] },
  pcall = { "f & args", [[
As Lua's own pcall; on Lua 5.1 too, f can park in it.]] },
  xpcall = { "f handler & args", [[
As Lua's own xpcall; on Lua 5.1 too, f can park in it and gets args.]] },
  is_main_thread = { "", [[
Are we outside any coroutine? Returns a boolean.]] },
  run = { "", [[
Runs tasks and waits for timers until neither is left. Returns how many tasks
ran. Blocks; raises in a coroutine.]] },
  step = { "?max", [[
Fires the timers that are due and runs at most max tasks (64), without waiting.
Returns how many ran.]] },
  dispatched = { "", [[
How many tasks are queued.]] },
  stats = { "?reset", [[
A table of figures: what waits, what ran, and how the hook fares. With reset,
counting begins anew afterwards.]] },
  masked = { "f & args", [[
Calls (f args...) with tasks held back: none runs until it is over, as if it
were one operation. Returns its results; its error goes on. f may use whatever
does not wait: what parks, blocks or runs tasks raises.]] },
  trigger = { "?name", [[
Says what interrupts a program that computes: :alarm, a signal, or :count, a
debug hook, or on LuaJIT :profile, its profiler; or :none, and then timers and
tasks get their turn in blocking calls and at operations. Sets it first, if a
name is given. Raises on another name.]] },
  track_coroutines = { "?on", [[
Lets timers and tasks interrupt the program's own coroutines too, by putting
functions of the library in the place of coroutine.resume and coroutine.wrap;
with false it puts Lua's back. On LuaJIT that is so anyway, and nothing is done.
Returns a boolean: are such coroutines interrupted now?]] },
  on_error = { "?handler", [[
Sets the function that is told of errors that reach no caller, (handler report
err): a string with traceback, and the error itself. Without it they go to
stderr. Returns the handler before.]] },
  on_slow = { "?ms ?handler", [[
Tells of each go block, callback and step of a transducer that runs for more
than ms milliseconds without parking: (handler report ms), or stderr, gets what
it is and where it was, as soon as that is known. Without arguments nothing is
told, as at first. Returns the ms and the handler before.]] },
  preempt = { "?ms ?scope", [[
Has each go block suspended that computes for more than ms milliseconds without
parking, so that others run; nil or false switches it off, as it is at first.
With the scope :this it holds for the running go block alone, until that ends:
false exempts it, nil has it do as all do; else the scope is :all. Without
arguments nothing is changed. Returns what was said before, in ms. Raises where
a debug hook is set, and on LuaJIT on systems other than Linux.]] },
  reduced = { "x", [[
Wraps x, to be returned by a step of a transducer or fold that wants no more.]] },
  is_reduced = { "x", [[
Is x such a wrapper? Returns a boolean.]] },
}
