//! Which trigger interrupts a program that computes, and whether one may.

use super::core::{Cx, core, enter};
use super::hook;
use crate::lua::{Int, State, TRIGGER, Text};

const NAME: &str = "async.trigger";

/// `trigger(name?) -> name` Sets it, if a name is given; answers the present one.
pub extern "C-unwind" fn trigger(l: State) -> Int {
    let l = enter(l);
    if !l.is_none(1) {
        match l.bytes(1) {
            Some(b"none") => hook::switch_off(l),
            Some(name) if name == TRIGGER.as_bytes() => hook::switch_on(l),
            _ => refuse(l),
        }
    }
    l.text(name(l).as_bytes());
    1
}

/// The one in force.
pub fn name(l: Cx) -> &'static str {
    if core(l, |w| w.off) { "none" } else { l.trigger() }
}

fn refuse(l: Cx) -> ! {
    let wanted = Text::new(format_args!("\"{TRIGGER}\" or \"none\""));
    let wanted = std::str::from_utf8(wanted.bytes()).unwrap_or("?");
    match l.bytes(1).and_then(|name| std::str::from_utf8(name).ok()) {
        Some(name) => l.raise(format_args!("{NAME}: {wanted} expected, got \"{name}\" (argument 1)")),
        None => l.bad_argument(NAME, wanted, 1),
    }
}
