//! What happens while a program computes: the hook or the alarm of PUC Lua, the
//! profiler of LuaJIT, or where that is not to be had, now and then an operation of the
//! library.

use super::core::{Core, Cx, STORE, at, core, enter};
use super::{alarm, args, preempt, run, slow};
use crate::lua::{ALL, Int, PER_COROUTINE, SOON, State};
use crate::sched::{CHUNK, TICK};
use crate::sys::clock;

/// `[0 0 -]` Sees to it that what is pending comes forward: sets the hook on
/// the running thread, and on the main thread, to which it will return.
#[inline]
pub fn arm(l: Cx) {
    if !has_trigger(l) && core(l, |w| w.wants_hook()) {
        set(l);
    }
}

/// `[0 0 -]` The same where it may be gone, and matters how long work takes.
pub fn arm_again(l: Cx) {
    if !has_trigger(l) && core(l, |w| w.keeps_hook()) {
        set(l);
    }
}

#[inline]
fn has_trigger(l: Cx) -> bool {
    if PER_COROUTINE { l.is_served() || l.is_armed() } else { l.is_hooked() }
}

/// `[0 0 -]` A timer was made. What is armed was armed for the tick, or for another timer.
pub fn hasten(l: Cx, now: u64, deadline: u64) {
    if PER_COROUTINE && deadline < now + TICK && core(l, Core::deadline) == deadline {
        l.hasten_alarm(core(l, |w| w.look_at(now)).saturating_sub(now));
        l.hasten_hook();
    }
}

#[cold]
fn set(l: Cx) {
    if !PER_COROUTINE {
        return start(l);
    }
    let now = clock::now();
    if alarm::set(l, now) {
        return;
    }
    l.set_hooked(true);
    // Not every Lua tells its main thread to a module that a coroutine loads.
    let here = l.is_main().then_some(*l);
    let (count, main) = core(l, |w| {
        w.main = w.main.or(here);
        if w.main.is_none_or(|main| !main.is_armed()) {
            w.pace.started(now);
        }
        (w.pace.armed(now), w.main)
    });
    l.arm(*l, count);
    if let Some(main) = main
        && main != *l
        && !main.is_armed()
    {
        l.arm(main, count);
    }
}

/// `[0 0 -]` Arms the trigger that serves all coroutines, and is not to be had at
/// all times. In a finalizer LuaJIT would not prepare its compiled code for it.
fn start(l: Cx) {
    let now = clock::now();
    if !forbids_parking(l) && core(l, |w| w.pace.may_start(now)) {
        core(l, |w| w.pace.started(now));
        l.set_hooked(l.arm(*l, 0));
    }
}

/// `[0 0 -]` The same for work on this coroutine, of which it matters how long it takes.
#[cold]
pub fn watch(l: Cx, co: State) {
    if core(l, |w| w.off) {
        return;
    }
    if PER_COROUTINE {
        if !alarm::set(l, clock::now()) {
            arm_on(l, co);
        }
    } else if !l.is_hooked() {
        start(l);
    }
}

/// `[0 0 m]` Nothing interrupts the program from now on; instead operations look
/// at the clock.
pub fn switch_off(l: Cx) {
    core(l, |w| w.off = true);
    l.set_polling(true);
    if PER_COROUTINE {
        l.silence();
        settle(l);
    } else {
        l.set_hooked(false);
        l.give_up_trigger();
    }
}

/// `[0 0 -]` The trigger is used again.
pub fn switch_on(l: Cx) {
    core(l, |w| {
        w.off = false;
        w.pace.retry();
    });
    l.set_polling(!PER_COROUTINE);
    arm_again(l);
}

/// `[0 0 -]` Nothing is pending any more, perhaps: takes the hook off.
pub fn settle(l: Cx) {
    if PER_COROUTINE && l.is_armed() && core(l, |w| !w.keeps_hook()) {
        l.disarm(*l);
    }
}

/// `[0 0 -]` A coroutine is about to be resumed: it has the hook if and only if
/// something is pending.
#[inline(always)]
pub fn align(l: Cx, co: State, wanted: bool) {
    let wanted = wanted && (!l.expects_alarm() || co.has_foreign_hook());
    if PER_COROUTINE && (wanted || l.is_hooked()) && wanted != co.is_armed() {
        change(l, co, wanted);
    }
}

fn change(l: Cx, co: State, wanted: bool) {
    if wanted {
        arm_on(l, co);
    } else {
        l.disarm(co);
    }
}

/// `[0 0 -]` A go block that was suspended is about to go on, and its turn has begun.
/// Lua passes over the first event after that.
pub fn go_on(l: Cx, co: State) {
    if PER_COROUTINE {
        l.set_hooked(true);
        l.arm(co, SOON);
    }
}

/// `[0 0 -]` Sets the hook on a coroutine, whatever is pending.
pub fn arm_on(l: Cx, co: State) {
    let count = core(l, |w| w.pace.armed(clock::now()));
    l.set_hooked(true);
    l.arm(co, count);
}

/// `(firings, may_suspend) -> count, look_at, suspends` So many counts of the hook
/// are over. Called protected, while the hook is off.
pub extern "C-unwind" fn fired(l: State) -> Int {
    let l = enter(l);
    let firings = l.number(1).unwrap_or(1.0) as u64;
    let now = clock::now();
    slow::look(l, now);
    // Whoever switched it off may not have reached every coroutine's hook.
    let due = core(l, |w| {
        w.pace.fired(now, firings);
        w.is_due(now) && w.wants_hook()
    });
    let may_suspend = l.truthy(2);
    if interrupt(l, now, due, may_suspend) {
        return answer(l, 0, 0, true);
    }
    let now = clock::now();
    // In a short loop the same instruction could be met every time.
    if may_suspend && preempt::is_over(l, now) && l.interrupted().is_none() {
        return answer(l, SOON, 0, false);
    }
    let alarm = l.is_served();
    let (goes_on, look_at) = outlook(l, now);
    let count = if goes_on && !alarm { core(l, |w| w.pace.armed(now)) } else { 0 };
    answer(l, count, look_at, false)
}

/// `[0 0 -]` Interrupts whatever runs for what is due. True: it is to be suspended.
pub fn interrupt(l: Cx, now: u64, due: bool, may_suspend: bool) -> bool {
    if due && core(l, |w| w.may_interrupt()) && !(may_suspend && preempt::is_near_end(l, now)) {
        batch(l, true);
    }
    may_suspend && preempt::suspend(l, clock::now())
}

/// Is it to fire again, and when has the clock to be compared?
pub fn outlook(l: Cx, now: u64) -> (bool, u64) {
    let turn = preempt::ends(l, now).or_else(|| preempt::await_end(l, now));
    // One that cannot be suspended now is tried again soon.
    let end = turn.map_or(u64::MAX, |end| if end > now { end } else { now + CHUNK });
    core(l, |w| (w.keeps_hook() || turn.is_some(), w.look_at(now).min(end)))
}

/// `[0 +3 -]`
fn answer(l: Cx, count: Int, look_at: u64, suspends: bool) -> Int {
    l.num(count.into());
    l.num(look_at as f64);
    l.bool(suspends);
    3
}

/// `() -> goes_on` The trigger that serves all coroutines fired. Called protected.
pub extern "C-unwind" fn sampled(l: State) -> Int {
    let l = enter(l);
    let now = clock::now();
    // It fires in a debug hook too, and that is no place for tasks.
    let debugged = l.is_debugged();
    l.set_hooked(true);
    if !debugged {
        slow::look(l, now);
        suspend_soon(l, now);
    }
    // A batch in vain would put off the next.
    let due = core(l, |w| {
        w.pace.sampled();
        w.is_due(now) && w.has_due(now) && w.may_interrupt()
    });
    if due && !debugged {
        batch(l, false);
    }
    // A task may have given it up, for good or for a profiler of the program's.
    let goes_on = l.is_hooked() && core(l, |w| w.pace.goes_on(w.keeps_hook()));
    l.set_hooked(goes_on);
    l.bool(goes_on);
    1
}

/// `[0 0 -]` Where only a hook can suspend, that a signal has set: has one come, if the
/// turn of the running go block is over.
fn suspend_soon(l: Cx, now: u64) {
    if preempt::ends(l, now).is_some_and(|end| end <= now) {
        let main = core(l, |w| w.main);
        l.set_alarm(main, 1);
    }
}

/// `hooks_are_used()`: the front door says that the program sets debug hooks.
pub extern "C-unwind" fn used(l: State) -> Int {
    let l = enter(l);
    core(l, |w| w.hooks = true);
    0
}

/// `profiler_is_wanted()`: the front door says that the program starts a profiler.
pub extern "C-unwind" fn given_up(l: State) -> Int {
    let l = enter(l);
    l.set_hooked(false);
    l.give_up_trigger();
    0
}

/// `profiler_is_free()`: the front door says that the program has stopped a profiler,
/// which may have been ours.
pub extern "C-unwind" fn freed(l: State) -> Int {
    let l = enter(l);
    check(l);
    core(l, |w| w.pace.retry());
    arm(l);
    preempt::begin(l);
    0
}

/// `[0 0 -]` Must a coroutine that begins to run here not park?
pub fn forbids_parking(l: Cx) -> bool {
    l.forbids_parking(!PER_COROUTINE && core(l, |w| w.hooks), || l.geti(STORE, at::EMPTY))
}

/// How many operations go by between two looks at the clock.
const LOOK: u32 = 16;

/// `[0 0 -]` Where no hook is sure to do it, operations look at the clock; this is
/// said at the start of each.
#[inline]
pub fn operation(l: Cx) {
    if l.is_polling() && l.once_in(LOOK) {
        look(l);
    }
}

#[cold]
fn look(l: Cx) {
    l.restore_debug_hook();
    let due = core(l, |w| w.is_pending() && w.may_interrupt() && w.is_due(clock::now()));
    if due && !forbids_parking(l) {
        check(l);
        arm(l);
        batch(l, true);
    }
}

/// `[0 0 -]` A trigger that others can take away is to be armed again if it is gone.
/// It is asked for now and then, and when there is something new to wait for.
pub fn check(l: Cx) {
    if !PER_COROUTINE && l.is_hooked() && !l.keeps_trigger() {
        l.set_hooked(false);
    }
}

/// `[0 0 -]` Interrupts whatever runs for a batch of timers and tasks. Afterwards it
/// goes on, as old as it was. What runs in LuaJIT's profiler cannot be suspended.
fn batch(l: Cx, may_suspend: bool) {
    let now = clock::now();
    let (slice, in_turn) = core(l, |w| {
        w.pace.batch(now);
        w.depth += 1;
        w.profiled += u32::from(!may_suspend);
        let goes_on = w.profiled > 0 || w.slices.present_end().is_some_and(|end| end > now);
        (w.pace.slice(), std::mem::replace(&mut w.in_turn, goes_on))
    });
    l.geti(STORE, at::BATCH);
    run::shielded(l, 0);
    core(l, |w| {
        w.depth -= 1;
        w.profiled -= u32::from(!may_suspend);
        w.pace.go_on(slice);
        w.pace.ended(now, clock::now());
        w.in_turn = in_turn;
    });
}

/// `masked(function, ...) -> ...` Calls it while no batch may start, as if it
/// were one operation. It cannot wait.
pub extern "C-unwind" fn masked(l: State) -> Int {
    let l = enter(l);
    operation(l);
    args::callable(l, 1, "async.masked");
    let outer = core(l, |w| {
        w.busy += 1;
        w.masked.replace(*l)
    });
    let ok = l.pcall(l.top() - 1, ALL, 0);
    core(l, |w| {
        w.busy -= 1;
        w.masked = outer;
    });
    if !ok {
        l.fail();
    }
    l.top()
}
