//! Channels, go blocks and timers for Lua and Fennel, after Clojure's core.async.
//!
//! There is no scheduler. Whoever waits hangs on the channel it waits for;
//! when its partner comes it is queued as a task, and tasks are run by blocking
//! operations, by `run` and `step`, and by a debug hook, or LuaJIT's profiler, that
//! is there only while something is pending.
//!
//! From the inside out; each may use those above it:
//!
//! - `ids`    keys for what waits and what is due
//! - `chan`   what a channel does, without seeing a value
//! - `sched`  when things run: the queue, the deadlines, the law of the hook
//! - `sys`    the operating system: the clock, and where a thread sleeps
//! - `lua`    the fence: all raw Lua calls and all unsafe code, and its three laws
//! - `api`    what Lua sees: read arguments, decide, move values
//! - `open`   the entry point
//!
//! The first four build and are tested without any Lua.

pub mod chan;
pub mod ids;
pub mod sched;
pub mod sys;

#[cfg(feature = "lua")]
mod api;
#[cfg(feature = "lua")]
mod lua;
#[cfg(feature = "lua")]
mod open;

#[cfg(feature = "lua")]
pub use open::luaopen_async_core;
