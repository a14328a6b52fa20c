-- What is in the table `xf`; see `async.doc`.
return {
  -- Transducers
  map = { "f", [[
A transducer: (f value) for each value.]] },
  filter = { "f", [[
A transducer: the values for which (f value) is true.]] },
  remove = { "f", [[
A transducer: the values for which (f value) is false or nil.]] },
  keep = { "f", [[
A transducer: (f value) where that is not nil.]] },
  cat = { "rf", [[
Itself a transducer: the elements of lists.]] },
  mapcat = { "f", [[
A transducer: the elements of the list (f value).]] },
  take = { "n", [[
A transducer: the first n values; then it has enough.]] },
  take_while = { "f", [[
A transducer: the values before the first one for which f is false; then it has
enough.]] },
  take_nth = { "n", [[
A transducer: the first value and every n-th one after it.]] },
  drop = { "n", [[
A transducer: all but the first n values.]] },
  drop_while = { "f", [[
A transducer: the values from the first one on for which f is false.]] },
  partition_all = { "n", [[
A transducer: lists of n values; the last may be shorter.]] },
  partition_by = { "f", [[
A transducer: lists of neighbours with equal (f value).]] },
  dedupe = { "", [[
A transducer: the values that differ from the one before.]] },
  distinct = { "", [[
A transducer: the values that were not there before. It remembers all of them.]] },
  interpose = { "separator", [[
A transducer: the values with separator between them.]] },
  replace = { "t", [[
A transducer: (. t value), or the value itself where that is nil.]] },
  map_indexed = { "f", [[
A transducer: (f i value), where i begins with 1.]] },
  keep_indexed = { "f", [[
A transducer: (f i value) where that is not nil; i begins with 1.]] },
  scan = { "f ?init", [[
A transducer: the totals on the way, where (f total value) is the next one.
Without init the first value is the first total.]] },
  comp = { "& xfs", [[
A transducer from several: a value goes through the first one first.]] },

  -- On lists, at once
  into = { "to xf list", [[
Appends to the list to what the transducer makes of a list. Returns to.]] },
  sequence = { "xf list", [[
Returns a new list of what the transducer makes of a list.]] },
  transduce = { "xf rf init-or-list ?list", [[
Makes one value of a list with the step function (xf rf), from init on or, where
only a list is given, from (rf) on.]] },
  reduce = { "rf init list", [[
Makes one value of a list with (rf result value), from init on.]] },
  completing = { "f ?finish", [[
A step function from (f result value); it completes with (finish result), or
with the result itself.]] },
}
