//! The native part of `async`: channels, go blocks and timers for Lua.
pub mod chan;
pub mod ids;
