//! Lua's own functions under another name. Lua looks for a function's name in all
//! modules that are loaded: one that the library exported as it is would have the
//! library's name in tracebacks and errors of whoever uses it.

use crate::lua::{Int, State};

/// `own(function) -> function` `[? +1 m]` Another that does the same, if it is Lua's own and in C.
pub extern "C-unwind" fn own(l: State) -> Int {
    l.set_top(1);
    if l.native_at(1).is_some() {
        l.function(run, 1);
    }
    1
}

extern "C-unwind" fn run(l: State) -> Int {
    l.native_at(State::upvalue(1)).map_or(0, |native| native.run(l))
}
