//! The method protocol, for channels and handlers that are the user's own
//! objects: `ch["put!"](ch, value, handler, enqueue)` and the like.
//!
//! A handler answers `active?` and `blockable?` and gives its callback away in
//! `commit`. It is asked before anything is decided, since asking runs Lua.

use super::chan::Channel;
use super::core::{Cx, STORE, Waiter, at, core, decide, enter};
use super::park::{self, Held, Keep};
use super::{args, errors, step, values, wake};
use crate::chan::Side;
use crate::lua::{Int, Ref, State};
use std::ffi::CStr;

/// `[0 0 e]` The handler at `i`, or nothing.
fn check_handler(l: Cx, i: Int, function: &str, argument: Int) {
    let indexable = l.is_table(i) || l.has_metamethod(i, c"__index");
    if !l.is_nil(i) && !indexable {
        let got = l.type_name(i);
        l.raise(format_args!("{function}: handler expected, got {got} (argument {argument})"));
    }
}

/// `[0 +1 e]` Calls a method without arguments of the object at `i`.
fn ask(l: Cx, i: Int, method: &CStr, function: &str) {
    l.field(i, method);
    if !l.is_callable(-1) {
        let name = method.to_str().unwrap_or("?");
        l.raise(format_args!("{function}: a handler must have the method {name}"));
    }
    l.dup(i);
    l.call(1, 1);
}

/// `[0 0 e]`
fn agrees(l: Cx, i: Int, method: &CStr, function: &str) -> bool {
    ask(l, i, method, function);
    let yes = l.truthy(-1);
    l.pop(1);
    yes
}

/// `[0 0 e]` Handler objects that wait in this queue and are not active any more
/// leave: all, or those before the first party that is there.
fn sift(l: Cx, c: Ref<Channel>, side: Side, all: bool) {
    let top = l.top();
    l.room(8);
    let mut i = 0;
    loop {
        l.set_top(top);
        let lobby = c.get().core.lobby();
        let Some(m) = core(l, |w| w.hall.nth(lobby, side, i)) else { return };
        let active = if matches!(m.who, Waiter::Handler) && wake::find_anchors(l, lobby) {
            l.geti(-1, wake::anchor(m.place.slot));
            agrees(l, top + 2, c"active?", HANDLER)
        } else {
            true
        };
        if active && !all {
            return l.set_top(top);
        }
        if active {
            i += 1;
        } else {
            park::withdraw(l, Held::Plain(m.who, m.place, side));
        }
    }
}

/// `[0 0 e]` Before a decision about who is next in this queue.
#[cold]
pub fn drop_dead(l: Cx, c: Ref<Channel>, side: Side) {
    core(l, |w| w.hall.front(c.get().core.lobby(), side));
    sift(l, c, side, false);
}

/// `[0 0 e]` Before too many are said to wait in this queue.
#[cold]
pub fn drop_all_dead(l: Cx, c: Ref<Channel>, side: Side) {
    sift(l, c, side, true);
}

/// `[-1 0 -]` A handler object, on top, has met its partner: it commits, and its
/// callback gets the value at `value`.
pub fn commit_with(l: Cx, value: Int) {
    l.geti(STORE, at::COMMIT);
    l.insert(-2);
    l.dup(value);
    if !l.pcall(2, 0, 0) {
        errors::report(l, None, None);
    }
}

/// `(handler, value)` Called protected.
pub extern "C-unwind" fn commit_waiting(l: State) -> Int {
    let l = enter(l);
    l.set_top(2);
    ask(l, 1, c"commit", HANDLER);
    if !l.is_nil(3) {
        wake::reserve(l, 1);
        wake::call_later(l, 3, 2);
    }
    0
}

const HANDLER: &str = "async: a waiting handler";
const PUT: &str = "channel[\"put!\"]";
const TAKE: &str = "channel[\"take!\"]";

/// Position of the table in which an answer is given; it is made before there is
/// one.
const ANSWER: Int = 4;

/// `[-1 +1 -]` The value on top is the answer.
fn boxed(l: Cx) -> Int {
    l.seti(ANSWER, 1);
    l.dup(ANSWER);
    1
}

/// `(channel, value, handler?, enqueue?) -> nil | {boolean}`
pub extern "C-unwind" fn put(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, PUT);
    args::value(l, 2, PUT);
    l.set_top(3);
    l.table(1, 0);
    check_handler(l, 3, PUT, 3);
    if !l.is_nil(3) && !agrees(l, 3, c"active?", PUT) {
        l.bool(!c.get().core.is_closed());
        return boxed(l);
    }
    // Room comes first: a handler that has committed must be served.
    step::clear(l, c, Side::Take);
    values::reserve(l, 1, c);
    if decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, Side::Put)) {
        commit(l, PUT);
        if let Some(accepted) = step::put_now(l, 1, c, 2) {
            l.bool(accepted);
            return boxed(l);
        }
    }
    wait(l, c, Side::Put, PUT)
}

/// `(channel, handler?, enqueue?) -> nil | {value}`
pub extern "C-unwind" fn take(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, TAKE);
    l.set_top(2);
    l.nil();
    l.insert(2);
    l.table(1, 0);
    check_handler(l, 3, TAKE, 2);
    if !l.is_nil(3) && !agrees(l, 3, c"active?", TAKE) {
        l.nil();
        return boxed(l);
    }
    step::clear(l, c, Side::Put);
    if decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, Side::Take)) {
        commit(l, TAKE);
        if step::take_now(l, 1, c) {
            return boxed(l);
        }
    }
    wait(l, c, Side::Take, TAKE)
}

/// `[0 0 e]` The handler at 3 gives its callback, which the caller has anyway.
fn commit(l: Cx, function: &str) {
    if !l.is_nil(3) {
        ask(l, 3, c"commit", function);
        l.pop(1);
    }
}

/// `[0 0 e]` The handler at 3 waits with the value at 2, if it wants to.
fn wait(l: Cx, c: Ref<Channel>, side: Side, function: &str) -> Int {
    let handled = !l.is_nil(3);
    if handled && !agrees(l, 3, c"blockable?", function) {
        return 0;
    }
    let who = if handled { Waiter::Handler } else { Waiter::Silent };
    loop {
        if let Some(place) = park::stand(l, c, side, who) {
            core(l, |w| w.handlers |= handled);
            park::anchor(l, 1, c, place, Keep::At(3), Some(2));
            return 0;
        }
        park::make_room(l, 1, c, side, function);
    }
}
