//! The method protocol, for channels and handlers that are the user's own
//! objects: `ch["put!"](ch, value, handler, enqueue)` and the like.
//!
//! A handler answers `active?` and `blockable?` and gives its callback away in
//! `commit`. It is asked before anything is decided, since asking runs Lua.

use super::chan::{self, Channel};
use super::core::{Cx, Waiter, core, decide, enter};
use super::park::{self, Held, Keep};
use super::{args, wake};
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

/// `[0 0 e]` If a handler object is next in this queue, it commits, and waits
/// on as its callback; one that is not active any more leaves.
#[cold]
pub fn meet_handlers(l: Cx, c: Ref<Channel>, side: Side) {
    let top = l.top();
    l.room(8);
    loop {
        l.set_top(top);
        let front = decide(l, c, |w, ch| w.hall.front(ch.core.lobby(), side));
        let Some(m) = front else { return };
        if !matches!(m.who, Waiter::Handler) || !wake::find_anchors(l, m.place.lobby) {
            return l.set_top(top);
        }
        l.geti(-1, wake::anchor(m.place.slot));
        if agrees(l, top + 2, c"active?", HANDLER) {
            ask(l, top + 2, c"commit", HANDLER);
            let who = if l.is_nil(-1) { Waiter::Silent } else { Waiter::Call };
            if core(l, |w| w.hall.replace_front(m.place, side, who)) {
                l.seti(top + 1, wake::anchor(m.place.slot));
            }
            return l.set_top(top);
        }
        park::withdraw(l, Held::Plain(m.who, m.place, side));
    }
}

const HANDLER: &str = "async: a waiting handler";
const PUT: &str = "channel[\"put!\"]";
const TAKE: &str = "channel[\"take!\"]";

/// `[0 +1 m]` The value on top in a table.
fn boxed(l: Cx) -> Int {
    l.table(1, 0);
    l.insert(-2);
    l.seti(-2, 1);
    1
}

/// `(channel, value, handler?, enqueue?) -> nil | {boolean}`
pub extern "C-unwind" fn put(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, PUT);
    args::value(l, 2, PUT);
    l.set_top(3);
    check_handler(l, 3, PUT, 3);
    if !l.is_nil(3) && !agrees(l, 3, c"active?", PUT) {
        l.bool(!c.get().core.is_closed());
        return boxed(l);
    }
    chan::clear(l, c, Side::Take);
    if decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, Side::Put)) {
        commit(l, PUT);
        if let Some(accepted) = chan::put_now(l, 1, c, 2) {
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
    check_handler(l, 3, TAKE, 2);
    if !l.is_nil(3) && !agrees(l, 3, c"active?", TAKE) {
        l.nil();
        return boxed(l);
    }
    chan::clear(l, c, Side::Put);
    if decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, Side::Take)) {
        commit(l, TAKE);
        if chan::take_now(l, 1, c) {
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
