//! The fence: the only place that knows `lua_State`, and the only unsafe code.
//!
//! A Lua error leaves a C function by a jump: no destructor of a Rust frame in
//! between runs, and a frame that catches panics must not be jumped over. So
//! every function that Lua can call keeps three laws.
//!
//! 1. Arguments and room first. Whatever can raise (checking arguments, growing
//!    a table, making an object) comes before anything is decided, and so does
//!    whatever can fail in Rust for want of memory. An allocation may also run
//!    a finalizer of the user's, that is any operation at all: after it,
//!    everything that was known is asked again.
//! 2. Decide inside [`Cx::with`], which cannot reach Lua and cannot nest. It
//!    answers a value without a destructor. A panic in there is caught there
//!    and raised as a Lua error when its frame is gone.
//! 3. Then only quiet calls: those that neither allocate nor run Lua code.
//!
//! Each helper says in its first line what it does to the stack and what it can
//! raise, as the Lua manual does: `[-1 +1 m]` pops one, pushes one and may run
//! out of memory; `-` raises nothing, `e` anything. Those that raise own
//! nothing with a destructor while they do.
//!
//! A [`State`] exists only as the argument of a function that Lua called or as
//! a coroutine that is anchored, so it is valid; stack positions are the
//! caller's duty, as in C. Functions run with Lua's guaranteed 20 free slots
//! and say so where they need more.
#![allow(unsafe_code)]

#[cfg_attr(not(target_os = "linux"), path = "alarm_none.rs")]
mod alarm;
mod alarmed;
#[cfg(target_os = "linux")]
mod bell;
mod call;
mod compat;
#[cfg(not(feature = "luajit"))]
mod counter;
#[cfg(not(feature = "luajit"))]
mod foreign;
#[cfg_attr(feature = "luajit", path = "hook_luajit.rs")]
mod hook;
mod native;
#[cfg(target_os = "linux")]
mod peek;
#[cfg(not(feature = "luajit"))]
mod pieces;
#[cfg(feature = "luajit")]
#[cfg_attr(not(unix), path = "profile_none.rs")]
mod profile;
mod raise;
#[cfg(target_os = "linux")]
mod signal;
mod state;
mod suspend;
mod udata;
mod world;

pub use alarm::ALARM;
pub use call::{Parked, Status};
pub use compat::{BEGINS_WITH_ANY, REFINALIZES, SLOTS_ARE_QUICK, YIELDS_ANYWHERE};
pub use hook::{LEVELS_OF_TRIGGER, PER_COROUTINE, TRIGGER};
pub use raise::Text;
pub use state::{ALL, Int, State, Verb};
pub use suspend::{Frame, SOON, SUSPENDS};
pub use udata::{Ref, Tagged};
pub use world::{Behind, Cx};
