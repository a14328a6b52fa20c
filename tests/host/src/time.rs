//! The host's own time. It stands still while programs run, so that no result
//! depends on how fast the machine is. It passes when somebody sleeps, which
//! takes no time at all, and when a program says so.
//!
//! The two functions of the C library that ask for the time and that sleep in
//! the poller are replaced; the program's own definitions come first.

use std::ffi::{c_int, c_long, c_void};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Nanoseconds.
static NOW: AtomicI64 = AtomicI64::new(1_000_000_000_000_000);

/// Lets time pass.
pub fn pass(ms: i64) {
    NOW.fetch_add(ms * 1_000_000, Relaxed);
}

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: c_long,
}

// SAFETY: the name and the signature are the C library's.
#[unsafe(no_mangle)]
extern "C" fn clock_gettime(_: c_int, to: *mut Timespec) -> c_int {
    let now = NOW.load(Relaxed);
    // SAFETY: the caller gives the place for the answer.
    unsafe {
        to.write(Timespec { seconds: now / 1_000_000_000, nanoseconds: (now % 1_000_000_000) as c_long })
    }
    0
}

/// Nothing ever happens but that time passes.
// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn epoll_wait(_: c_int, _: *mut c_void, _: c_int, ms: c_int) -> c_int {
    if ms < 0 {
        eprintln!("a sleep without an end");
        std::process::abort();
    }
    pass(ms.into());
    0
}
