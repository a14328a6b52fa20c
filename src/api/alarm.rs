//! The alarm in place of the hook: nothing is set while a program computes.

use super::core::{Cx, core, enter};
use super::{hook, slow};
use crate::lua::{Int, PER_COROUTINE, State};
use crate::sys::clock;

/// `[0 0 -]` Sees to it that an alarm comes. False: none is wanted, or to be had here
/// and now, or not where a hook of somebody else's is set; then none comes, and ours
/// must do.
pub fn set(l: Cx, now: u64) -> bool {
    if !l.prefers_alarm() {
        return false;
    }
    let here = l.is_main().then_some(*l);
    let goes_on = l.expects_alarm();
    let (wait, main) = core(l, |w| {
        w.main = w.main.or(here);
        if !goes_on {
            w.pace.started(now);
        }
        let end = w.slices.present_end().unwrap_or(u64::MAX);
        (w.look_at(now).min(end).saturating_sub(now), w.main)
    });
    let set = l.set_alarm(main, wait);
    if !set {
        l.silence();
    }
    set
}

/// `(may_suspend) -> wait, suspends` An alarm has come. Called protected, while no
/// hook is set; answers after how many nanoseconds the next is to come, 0 for none,
/// and whether the running coroutine is to be suspended.
pub extern "C-unwind" fn rang(l: State) -> Int {
    let l = enter(l);
    let now = clock::now();
    slow::look(l, now);
    // LuaJIT runs no tasks here, and suspends none that its profiler has woken.
    let due = PER_COROUTINE
        && core(l, |w| {
            w.pace.sampled();
            w.is_due(now) && w.wants_hook()
        });
    let may_suspend = l.truthy(1) && (PER_COROUTINE || core(l, |w| w.profiled == 0));
    let suspends = hook::interrupt(l, now, due, may_suspend);
    let now = clock::now();
    let (goes_on, look_at) = hook::outlook(l, now);
    // A task may have set a debug hook here, and then ours is in front of it.
    let stays = l.prefers_alarm() && !l.is_armed();
    let wait = if goes_on && stays { look_at.saturating_sub(now).max(1) } else { 0 };
    l.num(wait as f64);
    l.bool(suspends);
    2
}

/// `[0 0 -]` The program is interrupted by alarms from now on, or by hooks.
pub fn prefer(l: Cx, yes: bool) {
    l.set_prefers_alarm(yes);
    let main = core(l, |w| w.main);
    if yes {
        l.disarm(*l);
        main.into_iter().for_each(|main| l.disarm(main));
    } else {
        l.silence();
    }
    hook::switch_on(l);
}
