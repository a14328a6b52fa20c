//! Would the walk notice? Faults that are there on purpose, each of which must
//! be found.

use crate::fuse::{self, Shortage};
use crate::state::{Lua, leaving_nothing};
use crate::{Case, run_child, time, walk};
use std::time::{Duration, Instant};

pub const CASES: &[(&str, Case)] = &[
    ("teeth: a queue that keeps what it refused is found", ghost),
    ("teeth: an error that is told to nobody is found", swallowed),
    ("teeth: a lost value is found", lost),
    ("teeth: a block of Rust's that is left is found", leak),
    ("teeth: Rust's allocations fail too", rust_fails),
    ("teeth: time passes only when it is told to", time_stands),
    ("teeth: Lua checks how it is called", api_checks),
];

const FAULTS: &str = "tests/host/faults";

fn must_fail<R>(outcome: Result<R, String>, with: &str) -> Result<String, String> {
    match outcome {
        Ok(_) => Err("the fault was not noticed".into()),
        Err(error) if error.contains(with) => Ok(error.lines().next().unwrap_or_default().into()),
        Err(error) => Err(format!("noticed for another reason: {error}")),
    }
}

fn ghost() -> Result<String, String> {
    must_fail(walk::walk(&format!("{FAULTS}/ghost.lua")), "check")
}

fn swallowed() -> Result<String, String> {
    must_fail(walk::walk(&format!("{FAULTS}/swallowed.lua")), "check")
}

fn lost() -> Result<String, String> {
    must_fail(walk::walk(&format!("{FAULTS}/lost.lua")), "check")
}

fn leak() -> Result<String, String> {
    let leaking = || {
        std::mem::forget(std::hint::black_box(Box::new(7)));
        Ok(())
    };
    must_fail(leaving_nothing(leaking), "1 of Rust's")
}

fn rust_fails() -> Result<String, String> {
    let mut numbers: Vec<u8> = Vec::new();
    fuse::arm(0, Shortage::Once, false);
    let refused = numbers.try_reserve(100).is_err();
    let needed = fuse::disarm();
    let granted = numbers.try_reserve(100).is_ok();
    if refused && needed && granted { Ok("refused once".into()) } else { Err("not refused".into()) }
}

fn time_stands() -> Result<String, String> {
    let start = Instant::now();
    let sum: u64 = std::hint::black_box(0..1_000_000).map(std::hint::black_box).sum();
    let before = start.elapsed();
    time::pass(7);
    let after = start.elapsed();
    if (before, after) == (Duration::ZERO, Duration::from_millis(7)) && sum > 0 {
        return Ok("7 ms and no more".into());
    }
    Err(format!("{before:?} had passed, and then {after:?}"))
}

/// The name of what `api_checks` runs in a process of its own.
pub const MISUSE: &str = "misuse";

/// Takes one value more from a stack than there is.
pub fn misuse() -> Result<String, String> {
    Lua::open()?.pop(1);
    Ok("nobody minded".into())
}

fn api_checks() -> Result<String, String> {
    must_fail(run_child(MISUSE), "signal")
}
