//! Which trigger interrupts a program that computes, and whether one may.

use super::core::{Cx, core, enter};
use super::{alarm, hook};
use crate::lua::{ALARM, Int, State, TRIGGER, Text};

const NAME: &str = "async.trigger";

/// `trigger(name?) -> name` Sets it, if a name is given; answers the present one.
pub extern "C-unwind" fn trigger(l: State) -> Int {
    let l = enter(l);
    if !l.is_none(1) {
        match l.bytes(1) {
            Some(b"none") => hook::switch_off(l),
            Some(name) if name == TRIGGER.as_bytes() => alarm::prefer(l, false),
            Some(name) if ALARM.is_some_and(|alarm| name == alarm.as_bytes()) => alarm::prefer(l, true),
            _ => refuse(l),
        }
    }
    l.text(name(l).as_bytes());
    1
}

/// The one in force.
pub fn name(l: Cx) -> &'static str {
    let (off, main) = core(l, |w| (w.off, w.main));
    match ALARM {
        _ if off => "none",
        Some(alarm) if l.prefers_alarm() && l.has_alarm(main) => alarm,
        _ => l.trigger(),
    }
}

fn refuse(l: Cx) -> ! {
    let wanted = match ALARM {
        Some(alarm) => Text::new(format_args!("\"{TRIGGER}\", \"{alarm}\" or \"none\"")),
        None => Text::new(format_args!("\"{TRIGGER}\" or \"none\"")),
    };
    let wanted = std::str::from_utf8(wanted.bytes()).unwrap_or("?");
    match l.bytes(1).and_then(|name| std::str::from_utf8(name).ok()) {
        Some(name) => l.raise(format_args!("{NAME}: {wanted} expected, got \"{name}\" (argument 1)")),
        None => l.bad_argument(NAME, wanted, 1),
    }
}
