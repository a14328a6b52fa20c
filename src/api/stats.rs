//! What the library tells about itself.

use super::core::{Core, core, enter};
use super::trigger;
use crate::lua::{Int, State};
use std::ffi::CStr;

/// `stats(reset?) -> table` With `reset`, counting begins anew afterwards.
pub extern "C-unwind" fn stats(l: State) -> Int {
    let l = enter(l);
    let reset = l.truthy(1);
    l.table(0, 12);
    let count = |name: &CStr, value: fn(&mut Core) -> u64| {
        l.int(core(l, value));
        l.set_field(-2, name);
    };
    count(c"firings", |w| w.pace.firings);
    count(c"batches", |w| w.pace.batches);
    count(c"instructions_per_10ms", |w| w.pace.per_tick());
    count(c"interval_count", |w| w.pace.intervals().count as u64);
    count(c"dispatched", |w| w.ready.len().into());
    count(c"tasks", |w| w.tasks);
    count(c"parked", |w| w.hall.waiting() as u64);
    count(c"timers", |w| w.timers.len() as u64);
    l.num(core(l, |w| w.pace.intervals().median));
    l.set_field(-2, c"interval_ms_median");
    l.num(core(l, |w| w.pace.intervals().max));
    l.set_field(-2, c"interval_ms_max");
    l.text(trigger::name(l).as_bytes());
    l.set_field(-2, c"trigger");
    if reset {
        core(l, |w| {
            w.pace.reset();
            w.tasks = 0;
        });
    }
    1
}
