//! Go blocks: begun, resumed, ended.

use super::chan::{self, Channel, Role};
use super::core::{Cx, STORE, Waiter, at, core, enter, kept};
use super::{args, errors, hook, wake};
use crate::chan::Kind;
use crate::lua::{Int, Parked, Ref, State, Status};

const GO: &str = "async.go";

/// `go(function, ...) -> channel` Runs it at once until it parks.
pub extern "C-unwind" fn go(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    args::callable(l, 1, GO);
    let n = l.top();
    l.room(6);
    let c = chan::make(l, Kind::Fixed, 1, chan::EXTENDED);
    let co = l.new_thread();
    if !co.has_room(n + 2) {
        l.raise(format_args!("{GO}: too many arguments"));
    }
    l.set_slot(n + 1, kept::COROUTINE);
    let line = l.caller();
    l.set_slot(n + 1, kept::SPAWNER);
    c.update(|ch| ch.role = Role::Go { line });
    l.insert(1);
    l.give(co, n);
    // The running coroutine is the same afterwards.
    let current = core(l, |w| w.current);
    l.geti(STORE, at::CURRENT);
    run(l, 1, co, true, n - 1);
    l.seti(STORE, at::CURRENT);
    core(l, |w| w.current = current);
    hook::arm(l);
    1
}

/// `[0 0 -]` Resumes a coroutine that waited, with the value at `value`;
/// `target` is its go block or itself.
pub fn resume(l: Cx, target: Int, value: Int, parked: Parked, go: bool, bare: bool) {
    let co = if go {
        let known = l.udata::<Channel>(target).is_some();
        if known { l.get_slot(target, kept::COROUTINE) } else { l.nil() }
        l.thread_at(-1)
    } else {
        l.dup(target);
        l.thread_at(-1)
    };
    l.pop(1);
    if co != Some(parked.co()) || !parked.is_waiting() {
        l.text(b"async: a value found its coroutine resumed by somebody else and is lost");
        return errors::report(l, None, None);
    }
    parked.unmark();
    if !bare {
        l.dup(value);
        l.give(parked.co(), 1);
    }
    run(l, target, parked.co(), go, if bare { 0 } else { 1 });
}

/// `[0 0 -]` Lets a coroutine run, and sees how it comes back.
fn run(l: Cx, target: Int, co: State, go: bool, args: Int) {
    l.dup(target);
    l.seti(STORE, at::CURRENT);
    let (interrupting, hooked) = core(l, |w| {
        w.current = Some((co, go));
        w.pace.new_slice();
        (w.depth > 0, w.wants_hook())
    });
    hook::align(l, co, hooked);
    // Below a hook, Lua's count of C calls would be that of whatever it
    // interrupted.
    let from = if interrupting { None } else { Some(*l) };
    match State::resume(co, from, args) {
        Status::Yielded(n) => yielded(l, target, co, go, n),
        Status::Ended(n) if go => {
            if n == 0 {
                l.nil();
            } else {
                co.pop(n - 1);
                co.give(*l, 1);
            }
            end(l, target);
        }
        Status::Ended(_) => {}
        Status::Failed => {
            co.give(*l, 1);
            errors::report(l, Some(co), go.then_some(target));
            State::close_failed(co);
            if go {
                l.nil();
                end(l, target);
            }
        }
    }
}

/// `[0 0 -]` If the coroutine parked, there is nothing to do. A go block that
/// yielded of itself has given way to the others and gets its next turn.
fn yielded(l: Cx, go: Int, co: State, is_go: bool, n: Int) {
    if !is_go || co.has_parked(n, || core(l, |w| w.mark)) {
        return;
    }
    co.pop(n);
    let mark = core(l, |w| {
        w.mark += 1.0;
        w.mark
    });
    co.num(mark);
    wake::reserve(l, 1);
    wake::turn_later(l, go, Waiter::Go(Parked::new(co, mark, true)));
}

/// `[-1 0 -]` The go block is over; its result is on top.
fn end(l: Cx, go: Int) {
    let Some(c) = l.udata::<Channel>(go) else { return l.pop(1) };
    for slot in [kept::COROUTINE, kept::SPAWNER] {
        l.nil();
        l.set_slot(go, slot);
    }
    let awaited = core(l, |w| w.hall.has_lobby(c.get().core.lobby()));
    if l.is_nil(-1) && !awaited {
        c.update(|ch| ch.core.close());
        return l.pop(1);
    }
    l.geti(STORE, at::FINISH);
    l.dup(go);
    l.dup(-3);
    if !l.pcall(2, 0, 0) {
        errors::report(l, None, None);
        c.update(|ch| ch.core.close());
    }
    l.pop(1);
}

/// `(go block, result?)` Delivers the result and closes. Called protected.
pub extern "C-unwind" fn finish(l: State) -> Int {
    let l = enter(l);
    let c: Ref<Channel> = args::chan(l, 1, GO);
    if !l.is_nil(2) {
        chan::put_now(l, 1, c, 2);
    }
    chan::close_now(l, 1, c);
    0
}
