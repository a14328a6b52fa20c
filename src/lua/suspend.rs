//! Suspending a coroutine in the middle of a Lua function, from a hook.
//!
//! Lua goes on in that function when it is resumed, so until then nothing may be
//! pushed onto its stack, and it must not pass for one that waits in an operation.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::call::is_mark;
use super::state::{Int, State};
use mlua::ffi;
use std::ffi::{CStr, c_void};
use std::mem::{size_of, zeroed};

/// A coroutine can be suspended in a Lua function.
pub const SUSPENDS: bool = true;

/// Lua forgets where the function lies that it suspends, and finds it again only
/// when it goes on; meanwhile whoever asks for a traceback would read anything.
const FORGETS_FUNCTION: bool = cfg!(any(feature = "lua52", feature = "lua53"));

/// The count with which the hook comes soon after one goes on; in 5.1, a count of one
/// would come at the same instruction again.
pub const SOON: Int = if cfg!(feature = "lua51") { 2 } else { 1 };

/// Where on its stack the function lies that a hook has interrupted.
#[derive(Clone, Copy)]
pub struct Frame(*const c_void);

/// What Lua knows of a call, which begins with the place of its function; the last
/// word of the record leads to it.
unsafe fn call_of(ar: &ffi::lua_Debug) -> *mut *const c_void {
    const LAST: usize = size_of::<ffi::lua_Debug>() - size_of::<*mut c_void>();
    unsafe { (&raw const *ar).byte_add(LAST).cast::<*mut *const c_void>().read() }
}

// SAFETY of every block in this file: the state is valid; a record is read after
// Lua has filled it.
impl State {
    /// `[0 0 -]` To be asked in the function that a hook calls: the one that was
    /// interrupted.
    pub fn interrupted(self) -> Option<Frame> {
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            if ffi::lua_getstack(self.0, 1, &mut ar) == 0 {
                return None;
            }
            Some(Frame(if FORGETS_FUNCTION { *call_of(&ar) } else { std::ptr::null() }))
        }
    }

    /// `[0 0 -]` Suspends the running coroutine, which can yield, when its hook is
    /// over: the last act of that. What an operation has left where a coroutine that
    /// waits has its mark is out of use, and goes.
    pub(super) fn suspend_in_hook(self) {
        for i in [-1, -2] {
            if self.top() >= -i && is_mark(self, i) {
                self.nil();
                self.replace(i - 1);
            }
        }
        unsafe { ffi::lua_yield(self.0, 0) };
    }

    /// `[0 0 -]` To be called when the resume of a coroutine that was suspended so
    /// has come back.
    pub fn mend(self, frame: Frame) {
        if !FORGETS_FUNCTION {
            return;
        }
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            if ffi::lua_getstack(self.0, 0, &mut ar) != 0 {
                let function = call_of(&ar);
                if *function > frame.0 {
                    *function = frame.0;
                }
            }
        }
    }

    /// `[0 0 -]` Is this coroutine suspended so?
    pub fn is_suspended_in_hook(self) -> bool {
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            ffi::lua_status(self.0) == ffi::LUA_YIELD
                && !(1..=2).any(|i| self.top() >= i && is_mark(self, -i))
                && ffi::lua_getstack(self.0, 0, &mut ar) != 0
                && ffi::lua_getinfo(self.0, c"S".as_ptr(), &mut ar) != 0
                && CStr::from_ptr(ar.what) != c"C"
        }
    }
}
