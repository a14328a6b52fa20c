-- The combinators; see `async.doc`.
return {
  -- From channel to channel
  pipe = { "from to ?close", [[
Copies what comes on from to the channel to. Unless close is given as false or
nil, to is closed behind it. Stops when to is closed. Returns to. Does not wait.]] },
  pipeline = { "n to xf from ?close ?ex-handler", [[
Applies the transducer xf to each value of from, up to n at a time, and puts
what comes of them on to, in the order of the values. Unless close is given as
false or nil, to is closed behind them. When to is closed, no more jobs begin.
ex-handler gets what xf raises, and a result that is not nil is put. Returns a
channel that closes when all is delivered. Raises when n is not a whole number
of at least 1.]] },
  pipeline_blocking = { "n to xf from ?close ?ex-handler", [[
The same as pipeline, until there are OS threads.]] },
  pipeline_unordered = { "n to xf from ?close ?ex-handler", [[
As pipeline; what comes of the values is put as soon as it is ready.]] },
  pipeline_async = { "n to f from ?close", [[
As pipeline, with a function instead of a transducer: (f value result) puts what
it likes on the channel result, at once or later, and closes it. No more than n
of these channels are open at a time.]] },
  pipeline_async_unordered = { "n to f from ?close", [[
As pipeline-async; what comes of the values is put as soon as it is ready.]] },
  split = { "p ch ?true-buf ?false-buf", [[
Returns [yes no]: a channel with the values of which (p value) is true, and one
with the others. Both close behind ch, and when one of them accepts no more.]] },
  onto_chan = { "ch list ?close", [[
Puts the values of a list on ch, and closes it behind them unless close is given
as false or nil. Stops when ch is closed. Returns a channel that closes when
that is done. Does not wait.]] },
  to_chan = { "list", [[
Returns a channel with the values of a list, closed behind them.]] },
  map = { "f chs ?buf", [[
Returns a channel with f of the first values of all channels of a list, then of
the second ones, and so on until one of them closes.]] },
  merge = { "chs ?buf", [[
Returns a channel with the values of all channels of a list, which closes when
all of them have closed. Where several have values, chance decides.]] },
  multiplex = { "& chs", [[
Returns a channel with the values of all channels, which closes when all of them
have closed. It takes one value before it is asked for it.]] },
  broadcast = { "& chs", [[
Returns a face of all channels: what is put on it is put on each of them, and is
accepted when all have accepted it. offer! on it gives nil.]] },

  -- From channel to value
  reduce = { "f init ch", [[
Returns a channel for the result of (f result value) over all values of ch, the
first time with init. A result that is reduced ends it, and ch keeps the rest.]] },
  transduce = { "xf f init ch", [[
As reduce, through a transducer: the step function (xf f) is called with two
arguments for each value and with the result alone in the end.]] },
  into = { "list ch", [[
Appends the values of ch to the list. Returns a channel that gives the list when
ch has closed.]] },

  -- Names that core.async has given up
  unique = { "ch ?buf", [[
Returns a channel without the values that equal the one before.]] },
  partition = { "n ch ?buf", [[
Returns a channel with lists of n values; the last may be shorter.]] },
  partition_by = { "f ch ?buf", [[
Returns a channel with lists of successive values of which f says the same.]] },
  map_take = { "f ch", [[
Returns a face of ch: what is taken from it is (f value) of what ch gives.]] },
  map_put = { "f ch", [[
Returns a face of ch, which gets (f value) of what is put.]] },
  filter_take = { "p ch ?buf", [[
Returns a channel with the values of ch of which (p value) is true.]] },
  filter_put = { "p ch", [[
Returns a face of ch, which gets the values of which (p value) is true.]] },
  remove_take = { "p ch ?buf", [[
Returns a channel with the values of ch of which (p value) is false.]] },
  remove_put = { "p ch", [[
Returns a face of ch, which gets the values of which (p value) is false.]] },
  mapcat_take = { "f ch ?buf", [[
Returns a channel with what is in the lists (f value) of the values of ch.]] },
  mapcat_put = { "f ch ?buf", [[
Returns a channel; ch gets what is in the lists (f value) of what is put on it,
and is closed behind it.]] },

  -- mult, mix and pub
  mult = { "ch", [[
Lets every value of ch go to all channels that are tapped in. A value is put to
all taps at once, and the next one is read when all have accepted it; without
taps values are dropped. Returns the mult. Does not wait.]] },
  tap = { "mult ch ?close", [[
From now on ch gets each value of the mult. Unless close is given as false or
nil, ch is closed when the mult's source is. A second tap of ch only changes
that. Returns ch.]] },
  untap = { "mult ch", [[
ch gets nothing more from the mult, and is not closed by it. A put that waits
already stays. Returns nil.]] },
  untap_all = { "mult", [[
As untap, for every channel that is tapped in. Returns nil.]] },
  mix = { "out", [[
Lets the values of any number of inputs go to the channel out, until out is
closed. Inputs come and go with admix, unmix and toggle. Returns the mix. Does
not wait.]] },
  admix = { "mix ch", [[
Makes ch an input of the mix, with no flags set. It is taken out again when it
is closed. Returns nil.]] },
  unmix = { "mix ch", [[
Takes an input out of the mix; what was being read from it may still come
through. Returns nil.]] },
  unmix_all = { "mix", [[
Takes all inputs out of the mix. Returns nil.]] },
  toggle = { "mix states", [[
Sets flags of inputs, all at once: states is {ch {:mute bool :pause bool :solo
bool}}, and flags that are not named stay. A muted input is read and dropped, a
paused one is not read; beside a solo the others are treated as solo-mode says.
A channel that is no input becomes one. Returns nil. Raises on another flag.]] },
  solo_mode = { "mix mode", [[
Says what happens to the others while an input is a solo: :mute (at first) reads
and drops them, :pause does not read them. Returns nil. Raises on another mode.]] },
  pub = { "ch topic-fn ?buf-fn", [[
Lets each value of ch go to those who subscribed to its topic, (topic-fn value).
(buf-fn topic) is asked once for a topic and gives a buffer, a size or nil. A
topic whose subs do not take holds up the others once its buffer is full. What
topic-fn raises is told to the error handler, and that value is dropped. Returns
the pub. Does not wait.]] },
  sub = { "pub topic ch ?close", [[
From now on ch gets the values of that topic. Unless close is given as false or
nil, ch is closed when the pub's source is. Returns ch. Raises what buf-fn
raises.]] },
  unsub = { "pub topic ch", [[
ch gets no more values of that topic, and is not closed. Returns nil.]] },
  unsub_all = { "pub ?topic", [[
No channel gets more values of that topic, or of any without one; none is
closed. Returns nil.]] },
}
