//! The hook for coroutines of the program's own, if it wants that: Lua's functions
//! that resume them, with ours in front.

use super::core::{Core, Cx, HALLS, READY, STORE, core, enter};
use super::hook;
use crate::lua::{Behind, Int, State, Verb};

/// What a function has that stands in for one made by `coroutine.wrap`: as that
/// has, the coroutine, and then the world.
const CO: Int = State::upvalue(1);
const WORLD: Int = State::upvalue(2);

/// `tracked_resume(resume) -> function?` Nothing, if that is not Lua's own.
pub extern "C-unwind" fn tracked_resume(l: State) -> Int {
    stand_in(l, Behind::Resume, resume)
}

/// `(native) -> function?` The function that stands in for Lua's own.
pub fn stand_in(l: State, which: Behind, f: Verb) -> Int {
    let l = enter(l);
    match l.native_at(1) {
        Some(native) if l.set_behind(which, native) => function(l, f, 4),
        _ => 0,
    }
}

/// `tracked_wrap(wrap) -> function?` The same.
pub extern "C-unwind" fn tracked_wrap(l: State) -> Int {
    let l = enter(l);
    if l.native_at(1).is_some() { function(l, wrap, 5) } else { 0 }
}

/// `[? +1 m]` The function that stands in for the one at 1, and what it has.
fn function(l: Cx, f: Verb, n: Int) -> Int {
    l.set_top(1);
    for i in [State::WORLD, STORE, HALLS, READY, 1] {
        l.dup(i);
    }
    l.set_top(1 + n);
    l.function(f, n);
    l.share_environment(1);
    1
}

/// `resume(coroutine, ...)`
extern "C-unwind" fn resume(l: State) -> Int {
    let l = enter(l);
    let Some(co) = l.thread_at(1).filter(|_| is_interrupted(l)) else {
        return l.run_behind(Behind::Resume);
    };
    let chained = lend(l, co, 1);
    let n = l.run_behind(Behind::Resume);
    if chained && l.has_room(4) {
        l.disarm(co);
    }
    return_to(l, co);
    n
}

/// `wrap(function)`
extern "C-unwind" fn wrap(l: State) -> Int {
    let l = enter(l);
    let Some(native) = l.native_at(State::upvalue(5)) else { return 0 };
    let n = native.run(*l);
    if n == 1
        && let Some(wrapped) = l.native_of_thread(-1)
    {
        if !l.set_behind(Behind::Wrapped, wrapped) {
            l.pop(1);
            return n;
        }
        l.dup(State::WORLD);
        l.function(resume_wrapped, 2);
    }
    n
}

/// The function that `wrap` makes.
extern "C-unwind" fn resume_wrapped(l: State) -> Int {
    let l: Cx = l.enter_at::<Core>(WORLD);
    let Some(co) = l.thread_at(CO) else { return 0 };
    // When it fails, nothing could be taken back from it.
    if is_interrupted(l) && !co.has_foreign_hook() {
        lend(l, co, CO);
    }
    let n = l.run_behind(Behind::Wrapped);
    return_to(l, co);
    n
}

/// Is there a hook or an alarm?
#[inline]
fn is_interrupted(l: Cx) -> bool {
    l.is_hooked() || l.expects_alarm()
}

/// `[0 0 -]` The coroutine at `i`, which is about to run, gets the hook if anything is
/// pending, and keeps it when it yields: to set it is dear. True: it stands in front
/// of a foreign hook now, and is to be taken back.
#[inline]
fn lend(l: Cx, co: State, i: Int) -> bool {
    if l.expects_alarm() && !co.has_foreign_hook() && l.has_room(4) {
        l.dup(i);
        l.lend_alarm();
        return false;
    }
    let wanted = core(l, |w| w.wants_hook());
    if wanted == co.is_armed() {
        return false;
    }
    let chained = co.has_foreign_hook();
    hook::align(l, co, wanted);
    chained
}

/// `[0 0 -]` Whoever has resumed it runs again. The results may have filled the
/// stack.
#[inline]
fn return_to(l: Cx, co: State) {
    if l.expects_alarm() && l.has_room(4) {
        l.thread();
        l.lend_alarm();
    } else if l.is_hooked() && !l.is_armed() && co.is_armed() && l.has_room(4) {
        hook::arm(l);
    }
}
