//! Reading arguments.

use super::chan::Channel;
use super::core::{Cx, STORE, at};
use super::wake;
use crate::lua::{Int, Ref};

/// `[0 0 e]` The channel at `i`.
#[inline]
pub fn chan(l: Cx, i: Int, function: &str) -> Ref<Channel> {
    match l.udata(i) {
        Some(c) => c,
        None => l.bad_argument(function, "channel", i),
    }
}

/// A channel that is native or the user's own object.
#[derive(Clone, Copy)]
pub enum Port {
    Native(Ref<Channel>),
    Foreign,
}

/// `[0 0 e]` The channel of either sort at `i`.
#[inline]
pub fn port(l: Cx, i: Int, function: &str) -> Port {
    match l.udata(i) {
        Some(c) => Port::Native(c),
        None if is_foreign(l, i) => Port::Foreign,
        None => l.bad_argument(function, "channel", i),
    }
}

/// `[0 0 e]` Is the value at `i` a table that poses as a channel?
pub fn is_foreign(l: Cx, i: Int) -> bool {
    if !l.is_table(i) {
        return false;
    }
    l.field(i, c"type");
    l.geti(STORE, at::CLASS);
    let same = l.same(-1, -2);
    l.pop(2);
    same
}

/// `[0 0 e]`
pub fn number(l: Cx, i: Int, function: &str) -> f64 {
    match l.number(i) {
        Some(n) => n,
        None => l.bad_argument(function, "number", i),
    }
}

/// `[0 0 e]` A value that may travel: anything but nil.
#[inline]
pub fn value(l: Cx, i: Int, function: &str) {
    if l.is_nil(i) {
        l.raise(format_args!("{function}: a channel cannot carry nil (argument {i})"));
    }
}

/// `[0 0 e]` A function, or an object that can be called.
pub fn callable(l: Cx, i: Int, function: &str) {
    if !l.is_callable(i) {
        l.bad_argument(function, "function", i);
    }
}

/// `[0 0 e]` The same, or nothing.
pub fn optional_callable(l: Cx, i: Int, function: &str) -> bool {
    if l.is_nil(i) {
        return false;
    }
    callable(l, i, function);
    true
}

/// `[0 0 e]` Calls the callback at `f` with the value on top: now, or as a task,
/// for which there is room.
pub fn answer(l: Cx, f: Int, now: bool) {
    if now {
        l.dup(f);
        l.dup(-2);
        l.call(1, 0);
    } else {
        // There is room, unless a handler object took it.
        wake::reserve(l, 1);
        wake::call_later(l, f, l.top());
    }
}
