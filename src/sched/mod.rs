//! When things run. Nothing of Lua is known here, and no clock is read.

mod pace;
mod ready;
mod slice;
mod timer;

pub use pace::{CHUNK, Pace};
pub use ready::{FIRST_ROOM, Ready};
pub use slice::{Outer, Slices, Turn, Work};
pub use timer::{Timers, deadline};

/// Queued tasks get a batch with each tick: 10 ms in nanoseconds.
pub const TICK: u64 = 10_000_000;

/// How many tasks run before the clock is looked at again.
pub const BATCH: u32 = 64;

/// How many due timers one batch fires.
pub const TIMERS: u32 = 256;

/// A task is interrupted only when it has run for this long without parking, so
/// that one which does little between two operations is never split.
pub const SLICE: u64 = 5_000_000;

/// How deep batches may nest: a task that one batch runs can compute for long
/// and be interrupted by the next.
pub const DEPTH: u32 = 8;
