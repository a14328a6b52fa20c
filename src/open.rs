//! The one symbol that Lua looks for.
#![allow(unsafe_code)]

use crate::lua::State;
use std::ffi::c_int;

/// `require "async.core"`.
// SAFETY: the name is Lua's for this module, and no other library has it.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn luaopen_async_core(l: State) -> c_int {
    crate::api::open(l)
}
