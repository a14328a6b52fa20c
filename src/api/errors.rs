//! Errors that no caller is there to receive. Each is told to the handler that
//! the program set, or to standard error.

use super::args;
use super::chan::{Channel, Role};
use super::core::{Cx, STORE, at, enter, kept};
use crate::lua::{Int, State, Text};
use std::io::Write;

const ON_ERROR: &str = "async.on_error (on-error)";

/// `on_error(handler?) -> previous`
pub extern "C-unwind" fn on_error(l: State) -> Int {
    let l = enter(l);
    args::optional_callable(l, 1, ON_ERROR);
    l.set_top(1);
    l.geti(STORE, at::HANDLER);
    l.insert(1);
    l.seti(STORE, at::HANDLER);
    1
}

/// `(error, coroutine?) -> error` A message handler: notes the traceback beside the
/// error, which stays what it is. It is that of the coroutine in which it was
/// raised, if that is another one.
pub extern "C-unwind" fn catch(l: State) -> Int {
    let l = enter(l);
    let of = l.thread_at(2);
    l.set_top(2);
    l.text(b"");
    l.traceback(of.unwrap_or(*l), if of.is_some() { 0 } else { 1 });
    l.seti(STORE, at::TRACE);
    l.set_top(1);
    1
}

/// `report(error)` For an error that Lua caught with `catch`.
pub extern "C-unwind" fn report_caught(l: State) -> Int {
    let l = enter(l);
    l.set_top(1);
    report(l, None, None);
    0
}

/// `[-1 0 -]` Reports the error on top. The traceback is that of the coroutine
/// `of`, or else the one noted last; `go` is the position of the go block.
pub fn report(l: Cx, of: Option<State>, go: Option<Int>) {
    let error = l.top();
    let room = l.has_room(8);
    if room {
        l.geti(STORE, at::REPORT);
        l.dup(error);
        match of {
            Some(co) => {
                // Its own stack holds it; an error object may have filled it.
                if co.has_room(1) {
                    co.thread();
                    co.give(*l, 1);
                } else {
                    l.nil();
                }
            }
            None => l.nil(),
        }
        match go {
            Some(go) => l.dup(go),
            None => l.nil(),
        }
    }
    if !room || !l.pcall(3, 0, 0) {
        say(b"async: an error occurred and could not be reported, perhaps for want of memory");
    }
    l.set_top(error - 1);
}

/// One line to standard error, without allocating.
pub fn say(line: &[u8]) {
    let mut to = std::io::stderr().lock();
    // There is nobody left to tell when this fails.
    let _ = to.write_all(line).and_then(|()| to.write_all(b"\n"));
}

/// `(error, coroutine?, go block?)` Tells the handler. Called protected.
pub extern "C-unwind" fn tell(l: State) -> Int {
    let l = enter(l);
    l.set_top(3);
    push_report(l);
    l.geti(STORE, at::HANDLER);
    if l.is_nil(-1) {
        say(l.bytes(4).unwrap_or_default());
        return 0;
    }
    l.dup(4);
    l.dup(1);
    if !l.pcall(2, 0, 0) {
        say(l.bytes(4).unwrap_or_default());
        say(b"async: the error handler failed:");
        l.replace(1);
        push_message(l);
        say(l.bytes(-1).unwrap_or_default());
    }
    0
}

/// `(value) -> string` Called protected: a value may refuse to be shown.
pub extern "C-unwind" fn show(l: State) -> Int {
    l.show(1);
    1
}

/// `[0 +1 m]` The error at 1 in words.
fn push_message(l: Cx) {
    l.geti(STORE, at::SHOW);
    l.dup(1);
    if !l.pcall(1, 1, 0) {
        l.pop(1);
        l.text(
            Text::new(format_args!("(an error that is a {} and cannot be shown)", l.type_name(1))).bytes(),
        );
    }
}

/// `[0 +1 e]` The whole report on the error at 1.
fn push_report(l: Cx) {
    push_message(l);
    match l.thread_at(2) {
        Some(co) => l.traceback(co, 0),
        None => {
            l.geti(STORE, at::TRACE);
            if l.bytes(-1).is_some() {
                l.concat(2);
            } else {
                l.pop(1);
            }
            l.nil();
            l.seti(STORE, at::TRACE);
        }
    }
    if push_spawner(l, 3) {
        l.text(b"\nspawned at ");
        l.insert(-2);
        l.concat(3);
    }
}

/// `[0 +(0|1) m]` Where the go block at `i` was spawned; false: it is none.
pub fn push_spawner(l: Cx, i: Int) -> bool {
    let Some(c) = l.udata::<Channel>(i) else { return false };
    let Role::Go { line } = c.get().role else { return false };
    l.get_slot(i, kept::SPAWNER);
    if l.is_function(-1) {
        l.source();
        l.text(Text::new(format_args!(":{line}")).bytes());
        l.concat(2);
    } else {
        l.pop(1);
        l.text(b"a C function");
    }
    true
}
