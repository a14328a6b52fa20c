//! Go blocks: begun, resumed, ended.

use super::chan::{self, Channel, Role};
use super::core::{Cx, Load, STORE, Waiter, at, core, enter, kept};
use super::park::{self, Keep};
use super::{args, errors, hook, preempt, slow, step, wake};
use crate::chan::{Kind, Side};
use crate::lua::{BEGINS_WITH_ANY, Int, Parked, Ref, State, Status};

const GO: &str = "async.go";

/// How deep go blocks may spawn go blocks before the first of them parks, each
/// with a share of the C stack; Lua's own limit is the same.
const NESTING: u32 = 190;

/// `go(function, ...) -> channel` Runs it at once until it parks.
pub extern "C-unwind" fn go(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    args::callable(l, 1, GO);
    if core(l, |w| w.nested >= NESTING) {
        l.raise(format_args!("{GO}: C stack overflow: go blocks spawn each other too deep"));
    }
    if core(l, |w| !w.orphans.contains(&None)) {
        l.no_memory();
    }
    let n = l.top();
    l.room(6);
    let c = chan::make(l, Kind::Fixed, 1, chan::GO_BLOCK);
    l.insert(1);
    let line = l.caller();
    l.set_slot(1, kept::SPAWNER);
    c.update(|ch| ch.role = Role::Go { line });
    let co = l.new_thread();
    if !co.has_room(n + 3) {
        l.raise(format_args!("{GO}: too many arguments"));
    }
    l.insert(2);
    // The coroutine keeps its go block at the bottom of its stack.
    l.dup(1);
    l.insert(3);
    let wrapped = !BEGINS_WITH_ANY && !l.is_lua_function(4);
    if wrapped {
        l.geti(STORE, at::CALL);
        l.insert(4);
    }
    let args = n - 1 + Int::from(wrapped);
    l.give(co, args + 2);
    if begin(l, co, args) {
        remember(l, co);
    }
    hook::arm(l);
    l.set_top(1);
    1
}

/// `[0 0 -]` The go block at 1 begins to run. The running coroutine is the same
/// afterwards. True: it has parked.
fn begin(l: Cx, co: State, args: Int) -> bool {
    let current = l.set_current(None);
    let pinned = hook::forbids_parking(l);
    l.pin(pinned.into());
    // Whoever spawns is no younger for it.
    let slice = core(l, |w| {
        w.nested += 1;
        w.pace.slice()
    });
    let parked = run(l, co, true, args, Some(1));
    l.pin(-i32::from(pinned));
    core(l, |w| {
        w.nested -= 1;
        w.pace.go_on(slice);
    });
    l.set_current(current);
    parked
}

/// How many go blocks can be remembered for which there was no memory.
pub const ORPHANS: u32 = 8;

/// `[0 0 -]` The go block at 1, whose coroutine is at 2, has parked: when that
/// fails later it leads to its go block. Without memory for that, the go block is
/// remembered in a place that was kept free, until its end.
fn remember(l: Cx, co: State) {
    l.geti(STORE, at::REMEMBER);
    l.dup(2);
    l.dup(1);
    if l.pcall(2, 0, 0) {
        return;
    }
    l.pop(1);
    if let Some(entry) = core(l, |w| w.orphan(None, Some(co))) {
        l.geti(STORE, at::ORPHANS);
        l.dup(1);
        l.seti(-2, entry);
        l.pop(1);
    }
}

/// `(coroutine, go block)` Called protected.
pub extern "C-unwind" fn note(l: State) -> Int {
    l.geti(STORE, at::GO_BLOCKS);
    l.insert(1);
    l.set(1);
    0
}

/// `[0 0 -]` Resumes a coroutine that is kept and has its value.
#[inline]
pub fn rerun(l: Cx, co: State, go: bool) {
    co.strip(true);
    run(l, co, go, 1, None);
    core(l, |w| w.warm.rest(co));
}

/// `[0 0 -]` Resumes a coroutine that waited and is anchored on this stack. The
/// value that it gets is on top, unless it has it already.
#[inline]
pub fn resume(l: Cx, parked: Parked, go: bool, with: Load) {
    let served = with == Load::Served;
    if !parked.is_resumable(served) {
        if with == Load::Bare {
            return;
        }
        core(l, |w| w.warm.rest(parked.co()));
        l.text(b"async: a value found its coroutine resumed by somebody else and is lost");
        return errors::report(l, None, None);
    }
    parked.co().strip(served);
    if with == Load::Queued {
        l.dup(-1);
        l.give(parked.co(), 1);
    }
    run(l, parked.co(), go, if with == Load::Bare { 0 } else { 1 }, None);
    core(l, |w| w.warm.rest(parked.co()));
}

/// `[0 0 -]` Lets a coroutine run, and sees how it comes back: true when it will
/// go on later. The go block is at `block` if it is
/// new.
#[inline]
fn run(l: Cx, co: State, go: bool, args: Int, block: Option<Int>) -> bool {
    if l.is_watching() {
        return run_watched(l, co, go, args, block);
    }
    run_as::<false, false>(l, co, go, args, block)
}

/// The same where it matters how long it works.
#[cold]
fn run_watched(l: Cx, co: State, go: bool, args: Int, block: Option<Int>) -> bool {
    let top = l.top();
    let room = l.has_room(8) && co.has_room(1);
    if room {
        co.thread();
        co.give(*l, 1);
    }
    let work = if room { Some(slow::begin_block(l, co, go, block)) } else { None };
    let parked = run_as::<true, false>(l, co, go, args, block);
    if let Some(work) = work {
        slow::end(l, work);
    }
    l.set_top(top);
    parked
}

/// `[0 0 -]` Lets a go block go on that was suspended, whose coroutine is on top;
/// one that somebody else has resumed does not. True: it is suspended again.
#[cold]
pub fn go_on(l: Cx, co: State) -> bool {
    if !co.is_suspended_in_hook() {
        return false;
    }
    let work = slow::begin_block(l, co, true, None);
    let parked = run_as::<true, true>(l, co, true, 0, None);
    slow::end(l, work);
    parked && co.is_suspended_in_hook()
}

#[inline]
fn run_as<const WATCHED: bool, const SUSPENDED: bool>(
    l: Cx,
    co: State,
    go: bool,
    args: Int,
    block: Option<Int>,
) -> bool {
    let (batch, hooked) = core(l, |w| {
        w.pace.new_slice();
        (w.depth > 0, if WATCHED { w.keeps_hook() } else { w.wants_hook() })
    });
    let outer = l.begin(co, go);
    hook::align(l, co, hooked);
    if SUSPENDED {
        hook::go_on(l, co);
    }
    // Below a hook, Lua's count of C calls would be that of whatever it interrupted;
    // a new go block belongs to who spawns it.
    let from = if batch && block.is_none() { None } else { Some(*l) };
    let status = l.resume(co, from, args);
    l.set_current(outer);
    // What does not run carries no hook.
    if hooked {
        l.disarm(co);
    }
    match status {
        Status::Yielded(n) => {
            if !l.has_parked(co) && go && !preempt::has_suspended(l, co) {
                give_way(l, co, n);
            }
            return true;
        }
        Status::Ended if go => {
            co.set_top(2);
            co.give(*l, 2);
            end(l, co);
        }
        Status::Ended => {}
        Status::Failed => failed(l, co, go, block),
    }
    false
}

/// `[0 0 -]` A coroutine failed, with the error on top of its stack.
#[cold]
fn failed(l: Cx, co: State, go: bool, block: Option<Int>) {
    let top = l.top();
    match block {
        Some(i) => l.dup(i),
        None if go => push_block(l, co),
        None => l.nil(),
    }
    co.give(*l, 1);
    errors::report(l, Some(co), go.then_some(top + 1));
    State::close_failed(co);
    if go {
        l.nil();
        end(l, co);
    }
    l.set_top(top);
}

/// `[0 +1 -]` The go block of a coroutine that did not end by itself, or nil.
pub fn push_block(l: Cx, co: State) {
    if !co.has_room(1) {
        return l.nil();
    }
    co.thread();
    co.give(*l, 1);
    push_block_of(l, co);
    l.remove(-2);
}

/// `[0 +1 -]` The same where the coroutine is on top.
pub fn push_block_of(l: Cx, co: State) {
    l.geti(STORE, at::GO_BLOCKS);
    l.dup(-2);
    l.get(-2);
    l.remove(-2);
    if l.is_nil(-1)
        && let Some(entry) = core(l, |w| w.orphan(Some(co), Some(co)))
    {
        l.geti(STORE, at::ORPHANS);
        l.geti(-1, entry);
        l.replace(-3);
        l.pop(1);
    }
}

/// `[0 0 -]` A go block yielded of itself: it has given way to the others and
/// gets its next turn.
#[cold]
fn give_way(l: Cx, co: State, n: Int) {
    l.geti(STORE, at::ROOM);
    if !l.pcall(0, 0, 0) {
        // It cannot go on.
        errors::report(l, Some(co), None);
        push_block(l, co);
        l.nil();
        return end(l, co);
    }
    co.pop(n);
    let mark = core(l, |w| {
        w.mark = w.mark.wrapping_add(1);
        w.mark
    });
    co.mark(mark);
    co.thread();
    co.give(*l, 1);
    wake::turn_later(l, Waiter::Go(Parked::new(co, mark, true)), Load::Bare);
}

/// `()` Makes room for a task. Called protected.
pub extern "C-unwind" fn room(l: State) -> Int {
    wake::reserve(enter(l), 1);
    0
}

/// `[-2 0 -]` A go block is over; it and its result are on top.
fn end(l: Cx, co: State) {
    let go = l.top() - 1;
    if l.is_watching() {
        preempt::forget(l, co);
    }
    if let Some(entry) = core(l, |w| w.orphan(Some(co), None)) {
        l.geti(STORE, at::ORPHANS);
        l.bool(false);
        l.seti(-2, entry);
        l.pop(1);
    }
    if let Some(c) = l.udata::<Channel>(go) {
        let awaited = core(l, |w| w.hall.has_lobby(c.get().core.lobby()));
        if l.is_nil(-1) && !awaited {
            c.update(|ch| ch.core.close());
        } else {
            l.geti(STORE, at::FINISH);
            l.dup(go);
            l.dup(go + 1);
            if !l.pcall(2, 0, 0) {
                errors::report(l, None, None);
                c.update(|ch| ch.core.close());
            }
        }
    }
    l.set_top(go - 1);
}

/// `(go block, result?)` Delivers the result and closes. Called protected.
pub extern "C-unwind" fn finish(l: State) -> Int {
    let l = enter(l);
    let c: Ref<Channel> = args::chan(l, 1, GO);
    // If somebody has put something into it, the result waits behind that.
    while !l.is_nil(2) && step::put_now(l, 1, c, 2).is_none() {
        if let Some(place) = park::stand(l, c, Side::Put, Waiter::Silent) {
            park::anchor(l, 1, c, place, Keep::Nothing, Some(2));
            break;
        }
        park::make_room(l, 1, c, Side::Put, GO);
    }
    chan::close_now(l, 1, c);
    0
}
