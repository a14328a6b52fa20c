//! What differs between the Lua versions in reaching values, and the names of
//! what a version can do: code elsewhere asks for the ability, not the version.

use super::state::Int;
use mlua::ffi;

/// A coroutine that has yielded keeps all of its stack in sight. Elsewhere what
/// it did not yield is out of reach until it is resumed.
pub const YIELD_KEEPS_STACK: bool = cfg!(any(feature = "lua54", feature = "lua55"));

/// A resumed C function returns all that is on its stack, not just what it was
/// resumed with.
pub const RESUME_RETURNS_ALL: bool = cfg!(feature = "luajit");

/// A userdata is finalized again when its finalizer gives it its metatable once
/// more.
pub const REFINALIZES: bool = cfg!(any(feature = "lua53", feature = "lua54", feature = "lua55"));

/// The values of a userdata are reached in one step.
pub const SLOTS_ARE_QUICK: bool = cfg!(any(feature = "lua54", feature = "lua55"));

/// A coroutine can yield below `pcall`, a metamethod and an iterator.
pub const YIELDS_ANYWHERE: bool = !cfg!(feature = "lua51");

/// A coroutine can begin with a function that is not written in Lua.
pub const BEGINS_WITH_ANY: bool = !cfg!(feature = "lua51");

/// Where a coroutine has yielded in a hook, setting one tells of its line once more.
#[cfg(not(feature = "luajit"))]
pub(super) const SETTING_REPEATS_LINES: bool = cfg!(any(feature = "lua52", feature = "lua53"));

/// Where in a `lua_State` the instructions until the next count event end, in bytes;
/// versions of the same number differ by less than what comes after.
#[cfg(not(feature = "luajit"))]
pub(super) const COUNTER_ENDS: usize = if cfg!(feature = "lua51") {
    112
} else if cfg!(feature = "lua52") {
    84
} else if cfg!(feature = "lua54") {
    192
} else {
    196
};

#[cfg(not(any(feature = "lua51", feature = "lua52", feature = "luajit")))]
use ffi::{lua_rawgeti as rawgeti, lua_rawseti as rawseti};
#[cfg(any(feature = "lua51", feature = "lua52", feature = "luajit"))]
use narrow::{rawgeti, rawseti};

#[cfg(not(any(feature = "lua54", feature = "lua55")))]
pub(super) use one_table::{get_slot, new_userdata, set_slot};
#[cfg(any(feature = "lua54", feature = "lua55"))]
pub(super) use user_values::{get_slot, new_userdata, set_slot};

#[cfg(not(any(feature = "lua51", feature = "lua52", feature = "luajit")))]
pub(super) use ffi::lua_isyieldable as is_yieldable;
#[cfg(any(feature = "lua51", feature = "lua52"))]
pub(super) use peek::{is_yieldable, knows_threads};

/// `[0 0 m]` Is it known whether a coroutine can yield? It is, where Lua tells.
///
/// # Safety
/// None.
#[cfg(not(any(feature = "lua51", feature = "lua52")))]
pub(super) unsafe fn knows_threads(_: *mut ffi::lua_State) -> bool {
    true
}

#[cfg(feature = "luajit")]
unsafe extern "C-unwind" {
    // Newer than the declarations.
    #[link_name = "lua_isyieldable"]
    pub(super) fn is_yieldable(l: *mut ffi::lua_State) -> Int;
}

/// `[0 +1 -]` Answers the type of what it pushed.
///
/// # Safety
/// There is a table at `t`.
#[inline]
pub(super) unsafe fn raw_geti(l: *mut ffi::lua_State, t: Int, n: u32) -> Int {
    // SAFETY: the caller's.
    unsafe { rawgeti(l, t, n.into()) }
}

/// `[-1 0 m]`
///
/// # Safety
/// There is a table at `t`, and a value on top.
#[inline]
pub(super) unsafe fn raw_seti(l: *mut ffi::lua_State, t: Int, n: u32) {
    // SAFETY: the caller's.
    unsafe { rawseti(l, t, n.into()) };
}

/// `[0 0 -]`
///
/// # Safety
/// The thread is valid and belongs to the running OS thread.
pub(super) unsafe fn set_hook(l: *mut ffi::lua_State, hook: Option<ffi::lua_Hook>, mask: Int, count: Int) {
    // SAFETY: the caller's. The answer is always 1, where there is one.
    unsafe {
        ffi::lua_sethook(l, hook, mask, count);
    }
}

/// Closes the variables of a coroutine that failed, where it can have any.
///
/// # Safety
/// The coroutine is dead.
pub(super) unsafe fn close_variables(_co: *mut ffi::lua_State) {
    #[cfg(feature = "lua54")]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_resetthread(_co);
    }
    #[cfg(feature = "lua55")]
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_closethread(_co, std::ptr::null_mut());
    }
}

/// `[0 0 -]` The function in C on top gets the environment of that at `i`, where
/// functions have one: it is a table that Lua's own library may rely upon.
///
/// # Safety
/// The state is valid, and functions are at both places.
pub(super) unsafe fn share_environment(_l: *mut ffi::lua_State, _i: Int) {
    #[cfg(feature = "lua51")]
    // SAFETY: the caller's; one value fits.
    unsafe {
        ffi::lua_getfenv(_l, _i);
        ffi::lua_setfenv(_l, -2);
    }
}

/// `[0 +1 -]` The main thread, or nil where Lua does not tell.
///
/// # Safety
/// The state is valid.
pub(super) unsafe fn push_main(l: *mut ffi::lua_State) {
    // SAFETY: the caller's.
    unsafe {
        #[cfg(not(any(feature = "lua51", feature = "luajit")))]
        rawgeti(l, ffi::LUA_REGISTRYINDEX, ffi::LUA_RIDX_MAINTHREAD as _);
        #[cfg(any(feature = "lua51", feature = "luajit"))]
        if ffi::lua_pushthread(l) == 0 {
            ffi::lua_settop(l, -2);
            ffi::lua_pushnil(l);
        }
    }
}

/// Entries of tables where their numbers are as narrow as an `int`.
#[cfg(any(feature = "lua51", feature = "lua52", feature = "luajit"))]
mod narrow {
    use super::{Int, ffi};

    /// # Safety
    /// There is a table at `t`.
    #[inline]
    pub(super) unsafe fn rawgeti(l: *mut ffi::lua_State, t: Int, n: i64) -> Int {
        // SAFETY: the caller's.
        unsafe {
            ffi::lua_rawgeti_(l, t, n as Int);
            ffi::lua_type(l, -1)
        }
    }

    /// # Safety
    /// There is a table at `t`, and a value on top.
    #[inline]
    pub(super) unsafe fn rawseti(l: *mut ffi::lua_State, t: Int, n: i64) {
        // SAFETY: the caller's.
        unsafe { ffi::lua_rawseti_(l, t, n as Int) };
    }
}

/// The values of a userdata, where Lua keeps any number of them with it.
#[cfg(any(feature = "lua54", feature = "lua55"))]
mod user_values {
    use super::{Int, ffi};

    /// `[0 +1 m]` A userdata of `size` bytes that can keep `slots` values.
    ///
    /// # Safety
    /// The state is valid and has room for two values.
    pub(in crate::lua) unsafe fn new_userdata(l: *mut ffi::lua_State, size: usize, slots: u32) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { ffi::lua_newuserdatauv(l, size, slots as Int).cast() }
    }

    /// `[0 +1 -]` Answers the type of what it pushed.
    ///
    /// # Safety
    /// There is a userdata of ours at `i`.
    #[inline]
    pub(in crate::lua) unsafe fn get_slot(l: *mut ffi::lua_State, i: Int, n: u32) -> Int {
        // SAFETY: the caller's.
        unsafe { ffi::lua_getiuservalue(l, i, n as Int) }
    }

    /// `[-1 0 -]`
    ///
    /// # Safety
    /// There is a userdata of ours at `i`, and a value on top.
    #[inline]
    pub(in crate::lua) unsafe fn set_slot(l: *mut ffi::lua_State, i: Int, n: u32) {
        // SAFETY: the caller's.
        unsafe { ffi::lua_setiuservalue(l, i, n as Int) };
    }
}

/// The values of a userdata as entries of the one table that Lua keeps with it:
/// its environment or user value.
#[cfg(not(any(feature = "lua54", feature = "lua55")))]
mod one_table {
    use super::{Int, ffi};

    #[cfg(any(feature = "lua51", feature = "luajit"))]
    use ffi::lua_setfenv as set_table;
    #[cfg(any(feature = "lua52", feature = "lua53"))]
    use ffi::lua_setuservalue as set_table;

    /// `[0 +1 -]` False if a script has put something else in its place, which
    /// the debug library of some versions can do.
    ///
    /// # Safety
    /// There is a userdata of ours at `i`.
    #[inline]
    unsafe fn push_table(l: *mut ffi::lua_State, i: Int) -> bool {
        // SAFETY: the caller's.
        unsafe {
            #[cfg(any(feature = "lua51", feature = "luajit"))]
            {
                // An environment is always a table.
                ffi::lua_getfenv(l, i);
                true
            }
            #[cfg(any(feature = "lua52", feature = "lua53"))]
            {
                ffi::lua_getuservalue(l, i) == ffi::LUA_TTABLE
            }
        }
    }

    /// `[0 +1 m]` A userdata of `size` bytes that can keep `slots` values.
    ///
    /// # Safety
    /// The state is valid and has room for two values.
    pub(in crate::lua) unsafe fn new_userdata(l: *mut ffi::lua_State, size: usize, slots: u32) -> *mut u8 {
        // SAFETY: the caller's; both calls leave one value, which the next uses.
        unsafe {
            let p = ffi::lua_newuserdata(l, size);
            if slots > 0 {
                ffi::lua_createtable(l, slots as Int, 0);
                set_table(l, -2);
            }
            p.cast()
        }
    }

    /// `[0 +1 -]` Answers the type of what it pushed.
    ///
    /// # Safety
    /// There is a userdata of ours at `i`.
    #[inline]
    pub(in crate::lua) unsafe fn get_slot(l: *mut ffi::lua_State, i: Int, n: u32) -> Int {
        // SAFETY: the caller's.
        unsafe {
            if push_table(l, i) {
                super::rawgeti(l, -1, n.into());
            } else {
                ffi::lua_pushnil(l);
            }
            ffi::lua_replace(l, -2);
            ffi::lua_type(l, -1)
        }
    }

    /// `[-1 0 -]`
    ///
    /// # Safety
    /// There is a userdata of ours at `i`, and a value on top.
    #[inline]
    pub(in crate::lua) unsafe fn set_slot(l: *mut ffi::lua_State, i: Int, n: u32) {
        // SAFETY: the caller's; the table was made with room for the value.
        unsafe {
            if push_table(l, i) {
                ffi::lua_insert(l, -2);
                super::rawseti(l, -2, n.into());
                ffi::lua_settop(l, -2);
            } else {
                ffi::lua_settop(l, -3);
            }
        }
    }
}

/// Whether a coroutine can yield, where no function tells: read where Lua itself
/// looks, since nothing else is exact. The stack does not show that a metamethod
/// was called, and to walk it takes time that grows with its depth.
#[cfg(any(feature = "lua51", feature = "lua52"))]
mod peek {
    use super::{Int, ffi};
    use std::ffi::{c_int, c_ushort, c_void};

    /// The beginning of Lua 5.1's `lua_State`; the names are Lua's.
    #[cfg(feature = "lua51")]
    #[repr(C)]
    struct Thread {
        next: *const c_void,
        tt: u8,
        marked: u8,
        status: u8,
        pointers: [*const c_void; 9],
        stacksize: c_int,
        size_ci: c_int,
        n_c_calls: c_ushort,
        base_c_calls: c_ushort,
    }

    /// The beginning of Lua 5.2's `lua_State`; the names are Lua's.
    #[cfg(feature = "lua52")]
    #[repr(C)]
    struct Thread {
        next: *const c_void,
        tt: u8,
        marked: u8,
        status: u8,
        pointers: [*const c_void; 6],
        stacksize: c_int,
        nny: c_ushort,
    }

    impl Thread {
        #[cfg(feature = "lua51")]
        fn may_yield(&self) -> bool {
            self.n_c_calls <= self.base_c_calls
        }

        #[cfg(feature = "lua52")]
        fn may_yield(&self) -> bool {
            self.nny == 0
        }
    }

    unsafe extern "C-unwind" fn answer(l: *mut ffi::lua_State) -> Int {
        // SAFETY: one slot of the 20 that a function has.
        unsafe { ffi::lua_pushboolean(l, is_yieldable(l)) };
        1
    }

    /// `[0 0 m]` Does it look at the right place? In a function that Lua's `require`
    /// calls no coroutine can yield, at the start of one it can.
    ///
    /// # Safety
    /// The state is valid and runs such a function.
    pub(in crate::lua) unsafe fn knows_threads(l: *mut ffi::lua_State) -> bool {
        // SAFETY: the caller's; the new thread has room, and goes with the stack's top.
        unsafe {
            let co = ffi::lua_newthread(l);
            ffi::lua_pushcclosure(co, answer, 0);
            let ended = ffi::lua_resume(co, l, 0, &mut 0) == ffi::LUA_OK;
            let right = ended && ffi::lua_toboolean(co, -1) == 1 && is_yieldable(l) == 0;
            ffi::lua_settop(l, -2);
            right
        }
    }

    /// # Safety
    /// The state is valid and runs.
    #[inline]
    pub(in crate::lua) unsafe fn is_yieldable(l: *mut ffi::lua_State) -> Int {
        // SAFETY: a thread is larger than its beginning, whatever is in it.
        unsafe { (*l.cast::<Thread>()).may_yield().into() }
    }
}
