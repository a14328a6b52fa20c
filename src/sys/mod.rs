//! The operating system.

pub mod clock;
pub mod nap;
