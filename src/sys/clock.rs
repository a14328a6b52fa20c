//! The monotonic clock.

use once_cell::sync::Lazy;
use std::time::Instant;

/// One origin for all Lua states of the process.
static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);

/// Nanoseconds since the process first asked.
pub fn now() -> u64 {
    ORIGIN.elapsed().as_nanos() as u64
}
