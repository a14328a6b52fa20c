//! Suspending a coroutine in the middle of a Lua function, from a hook.
//!
//! Lua goes on in that function when it is resumed, so until then nothing may be
//! pushed onto its stack, and it must not pass for one that waits in an operation.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::call::is_mark;
use super::state::{Int, State};
use mlua::ffi;
use std::ffi::CStr;
use std::mem::zeroed;

/// A coroutine can be suspended in a Lua function. In LuaJIT it takes a signal to set
/// the hook for that: its profiler must not yield, and takes back what hook is set in it.
pub const SUSPENDS: bool = cfg!(any(target_os = "linux", not(feature = "luajit")));

/// The count with which the hook comes soon after one goes on; in 5.1, a count of one
/// would come at the same instruction again.
pub const SOON: Int = if cfg!(feature = "lua51") { 2 } else { 1 };

/// Where on its stack the function lies that a hook has interrupted.
#[derive(Clone, Copy)]
pub struct Frame(#[cfg(any(feature = "lua52", feature = "lua53"))] call::Place);

// SAFETY of every block in this file: the state is valid; a record is read after
// Lua has filled it.
impl State {
    /// `[0 0 -]` To be asked in the function that a hook calls: the one that was
    /// interrupted, unless it cannot be suspended just here.
    pub fn interrupted(self) -> Option<Frame> {
        #[cfg(any(feature = "lua52", feature = "lua53"))]
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            let filled = ffi::lua_getstack(self.0, 1, &mut ar) != 0;
            if filled { call::place(self.0, &mut ar).map(Frame) } else { None }
        }
        #[cfg(not(any(feature = "lua52", feature = "lua53")))]
        Some(Frame())
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
    pub fn mend(self, _frame: Frame) {
        #[cfg(any(feature = "lua52", feature = "lua53"))]
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            if ffi::lua_getstack(self.0, 0, &mut ar) != 0 {
                call::put_back(&ar, _frame.0);
            }
        }
    }

    /// `[0 0 -]` Is this coroutine suspended so?
    pub fn is_suspended_in_hook(self) -> bool {
        !(1..=2).any(|i| self.top() >= i && is_mark(self, -i)) && self.has_yielded_in_hook()
    }

    /// `[0 0 -]` Has a hook, whosever it is, made it yield? Elsewhere the innermost
    /// function is the one in C that yields.
    pub(super) fn has_yielded_in_hook(self) -> bool {
        unsafe {
            let mut ar: ffi::lua_Debug = zeroed();
            ffi::lua_status(self.0) == ffi::LUA_YIELD
                && ffi::lua_getstack(self.0, 0, &mut ar) != 0
                && ffi::lua_getinfo(self.0, c"S".as_ptr(), &mut ar) != 0
                && CStr::from_ptr(ar.what) != c"C"
        }
    }
}

/// What Lua 5.2 and 5.3 keep of a call. They forget where the function lies that a
/// hook suspends, and find it only when it goes on: until then, whoever asked for a
/// traceback would read anything. Of one that has done nothing yet they would look for
/// the line before its first instruction.
#[cfg(any(feature = "lua52", feature = "lua53"))]
mod call {
    use mlua::ffi;
    use std::ffi::c_void;

    /// Where a function lies.
    pub(super) type Place = *const c_void;

    /// More instructions than a function has.
    const MANY: isize = 1 << 28;

    /// The beginnings of Lua's own records; the names are Lua's.
    #[repr(C)]
    struct CallInfo {
        func: Place,
        top: Place,
        previous: Place,
        next: Place,
        #[cfg(feature = "lua52")]
        nresults: i16,
        #[cfg(feature = "lua52")]
        callstatus: u8,
        #[cfg(feature = "lua52")]
        extra: isize,
        base: Place,
        savedpc: *const u32,
    }

    #[repr(C)]
    struct LClosure {
        next: Place,
        bytes: [u8; 3],
        gclist: Place,
        p: *const Proto,
    }

    #[repr(C)]
    struct Proto {
        next: Place,
        #[cfg(feature = "lua52")]
        bytes: [u8; 2],
        #[cfg(feature = "lua53")]
        bytes: [u8; 5],
        #[cfg(feature = "lua53")]
        numbers: [i32; 8],
        k: Place,
        code: *const u32,
    }

    /// The last word of a record leads to it.
    unsafe fn info(ar: &ffi::lua_Debug) -> *mut CallInfo {
        const LAST: usize = size_of::<ffi::lua_Debug>() - size_of::<Place>();
        unsafe { (&raw const *ar).byte_add(LAST).cast::<*mut CallInfo>().read() }
    }

    /// `[0 0 -]` Nothing, if it has done nothing yet or is not where it is looked for.
    pub(super) unsafe fn place(l: *mut ffi::lua_State, ar: &mut ffi::lua_Debug) -> Option<Place> {
        unsafe {
            ffi::lua_getinfo(l, c"f".as_ptr(), ar);
            let is_lua = ffi::lua_iscfunction(l, -1) == 0;
            let function = ffi::lua_topointer(l, -1).cast::<LClosure>();
            ffi::lua_settop(l, -2);
            let info = info(ar);
            if !is_lua || (*info).func.cast::<*const LClosure>().read() != function {
                return None;
            }
            let done = ((*info).savedpc as isize).wrapping_sub((*(*function).p).code as isize) / 4;
            (2..MANY).contains(&done).then(|| (*info).func)
        }
    }

    pub(super) unsafe fn put_back(ar: &ffi::lua_Debug, place: Place) {
        unsafe {
            let info = info(ar);
            if (*info).func > place {
                (*info).func = place;
            }
        }
    }
}
