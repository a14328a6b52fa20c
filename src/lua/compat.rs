//! What differs between the Lua versions in reaching values.
//!
//! Lua 5.4 keeps any number of values with a userdata. LuaJIT keeps one table,
//! the environment, so there the values are entries of that.

use mlua::ffi;
use std::ffi::c_int;

/// `[0 +1 -]` Answers the type of what it pushed.
///
/// # Safety
/// There is a table at `t`.
#[inline]
pub(super) unsafe fn raw_geti(l: *mut ffi::lua_State, t: c_int, n: u32) -> c_int {
    #[cfg(not(feature = "luajit"))]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_rawgeti(l, t, n.into())
    }
    #[cfg(feature = "luajit")]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_rawgeti_(l, t, n as c_int);
        ffi::lua_type(l, -1)
    }
}

/// `[-1 0 m]`
///
/// # Safety
/// There is a table at `t`, and a value on top.
#[inline]
pub(super) unsafe fn raw_seti(l: *mut ffi::lua_State, t: c_int, n: u32) {
    #[cfg(not(feature = "luajit"))]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_rawseti(l, t, n.into())
    };
    #[cfg(feature = "luajit")]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_rawseti_(l, t, n as c_int)
    };
}

/// `[0 +1 m]` A userdata of `size` bytes that can keep `slots` values.
///
/// # Safety
/// The state is valid and has room for two values.
pub(super) unsafe fn new_userdata(l: *mut ffi::lua_State, size: usize, slots: u32) -> *mut u8 {
    #[cfg(not(feature = "luajit"))]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_newuserdatauv(l, size, slots as c_int).cast()
    }
    #[cfg(feature = "luajit")]
    // SAFETY: the caller's; both calls leave one value, which the next uses.
    unsafe {
        let p = ffi::lua_newuserdata(l, size);
        if slots > 0 {
            ffi::lua_createtable(l, slots as c_int, 0);
            ffi::lua_setfenv(l, -2);
        }
        p.cast()
    }
}

/// `[0 +1 -]` Answers the type of what it pushed.
///
/// # Safety
/// There is a userdata of ours at `i`.
#[inline]
pub(super) unsafe fn get_slot(l: *mut ffi::lua_State, i: c_int, n: u32) -> c_int {
    #[cfg(not(feature = "luajit"))]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_getiuservalue(l, i, n as c_int)
    }
    #[cfg(feature = "luajit")]
    // SAFETY: the caller's; an environment is always a table.
    unsafe {
        ffi::lua_getfenv(l, i);
        ffi::lua_rawgeti_(l, -1, n as c_int);
        ffi::lua_replace(l, -2);
        ffi::lua_type(l, -1)
    }
}

/// `[-1 0 -]`
///
/// # Safety
/// There is a userdata of ours at `i`, and a value on top.
#[inline]
pub(super) unsafe fn set_slot(l: *mut ffi::lua_State, i: c_int, n: u32) {
    #[cfg(not(feature = "luajit"))]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_setiuservalue(l, i, n as c_int)
    };
    #[cfg(feature = "luajit")]
    // SAFETY: the caller's; the environment was made with room for the value.
    unsafe {
        ffi::lua_getfenv(l, i);
        ffi::lua_insert(l, -2);
        ffi::lua_rawseti_(l, -2, n as c_int);
        ffi::lua_settop(l, -2);
    }
}
