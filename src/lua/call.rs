//! Calling Lua and being resumed by it; what differs between the versions here.

use super::compat;
use super::raise::Text;
use super::state::{Int, State};
use mlua::ffi;
use std::ffi::CStr;

/// How a resumed coroutine came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It yielded so many values, which are on its stack.
    Yielded(Int),
    /// It ended; its results are on its stack.
    Ended,
    /// It failed; the error is on its stack.
    Failed,
}

/// A coroutine that waits for us, and the mark that it carries meanwhile: a
/// value on top of its stack, unlike any that programs use. One that somebody
/// resumed by hand does not carry it any more.
///
/// A coroutine with a mark keeps the value that it brings below it, and what it
/// will get is put above it. Where a coroutine keeps in sight only what it yields,
/// and so hands to the party that resumed it, only one that was resumed by us has
/// a mark.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parked {
    co: State,
    /// The mark, twice, and one if it is carried: in one word, since a processor
    /// is slow to load together what was stored apart.
    token: u64,
}

#[cfg(not(feature = "luajit"))]
use address as value;
#[cfg(feature = "luajit")]
use number as value;
pub(super) use value::is_mark;

/// Marks as light userdata that are never followed: quickest in PUC Lua. No
/// pointer of a program looks like one by accident.
#[cfg(not(feature = "luajit"))]
mod address {
    use mlua::ffi;

    const FIRST: usize = 0x2a5b_0000_0000;

    fn pointer(mark: u32) -> *mut std::ffi::c_void {
        std::ptr::without_provenance_mut(FIRST + mark as usize)
    }

    /// # Safety
    /// One value fits.
    #[inline]
    pub(super) unsafe fn push(l: *mut ffi::lua_State, mark: u32) {
        // SAFETY: the caller's.
        unsafe { ffi::lua_pushlightuserdata(l, pointer(mark)) }
    }

    /// # Safety
    /// The state is valid.
    #[inline]
    pub(super) unsafe fn is_at(l: *mut ffi::lua_State, i: super::Int, mark: u32) -> bool {
        // SAFETY: the caller's.
        unsafe { ffi::lua_touserdata(l, i) == pointer(mark) }
    }

    /// Is there any mark?
    pub fn is_mark(l: super::State, i: super::Int) -> bool {
        // SAFETY: the position exists.
        let p = unsafe { ffi::lua_touserdata(l.0, i) } as usize;
        l.kind(i) == ffi::LUA_TLIGHTUSERDATA && (FIRST..=FIRST + u32::MAX as usize).contains(&p)
    }
}

/// Marks as numbers, which LuaJIT finds quicker.
#[cfg(feature = "luajit")]
mod number {
    use mlua::ffi;

    const FIRST: f64 = 3e14 + 0.25;

    fn number(mark: u32) -> f64 {
        FIRST + f64::from(mark)
    }

    /// # Safety
    /// One value fits.
    #[inline]
    pub(super) unsafe fn push(l: *mut ffi::lua_State, mark: u32) {
        // SAFETY: the caller's.
        unsafe { ffi::lua_pushnumber(l, number(mark)) }
    }

    /// # Safety
    /// The state is valid.
    #[inline]
    pub(super) unsafe fn is_at(l: *mut ffi::lua_State, i: super::Int, mark: u32) -> bool {
        // SAFETY: the caller's.
        unsafe { ffi::lua_tonumber(l, i) == number(mark) }
    }

    /// Is there any mark?
    pub fn is_mark(l: super::State, i: super::Int) -> bool {
        // SAFETY: the position exists.
        let n = unsafe { ffi::lua_tonumber(l.0, i) };
        l.kind(i) == ffi::LUA_TNUMBER && (FIRST..=number(u32::MAX)).contains(&n) && n % 1.0 == FIRST % 1.0
    }
}

impl Parked {
    /// `ours`: the coroutine was resumed by this library.
    pub fn new(co: State, mark: u32, ours: bool) -> Parked {
        let marked = ours || compat::YIELD_KEEPS_STACK;
        Parked { co, token: u64::from(mark) << 1 | u64::from(marked) }
    }

    pub fn mark(&self) -> u32 {
        (self.token >> 1) as u32
    }

    pub fn co(&self) -> State {
        self.co
    }

    pub fn is_marked(&self) -> bool {
        self.token & 1 == 1
    }

    /// `[0 0 -]` Is the coroutine alive and still waiting in this operation?
    #[inline]
    pub fn is_waiting(&self) -> bool {
        if self.is_marked() { self.bears_mark(-1) } else { self.is_suspended() }
    }

    /// `[0 0 -]` Can it be resumed, having been `served` or not?
    #[inline]
    pub fn is_resumable(&self, served: bool) -> bool {
        if self.is_marked() { self.bears_mark(if served { -2 } else { -1 }) } else { self.is_suspended() }
    }

    fn bears_mark(&self, at: Int) -> bool {
        // SAFETY: an operation that waits keeps its coroutine anchored.
        unsafe { ffi::lua_gettop(self.co.0) >= -at && value::is_at(self.co.0, at, self.mark()) }
    }

    fn is_suspended(&self) -> bool {
        // SAFETY: as above.
        unsafe { ffi::lua_status(self.co.0) == ffi::LUA_YIELD && !self.co.is_suspended_in_hook() }
    }
}

impl State {
    /// `[0 +1 e]` See `Cx::park`.
    #[inline]
    pub(super) fn park(self, mark: u32, carries: bool, brings: bool) -> Int {
        self.mark(mark);
        let yielded = if !compat::YIELD_KEEPS_STACK && carries { 1 + Int::from(brings) } else { 0 };
        self.suspend(yielded)
    }

    /// `[0 0 e]` Yields the top `n` values; return the answer at once.
    #[inline]
    pub(super) fn suspend(self, n: Int) -> Int {
        // SAFETY: the last act of a C function, as Lua demands.
        unsafe { ffi::lua_yield(self.0, n) }
    }

    /// `[0 0 -]` False on the main thread and below a C function.
    pub fn can_yield(self) -> bool {
        // SAFETY: only reads.
        unsafe { compat::is_yieldable(self.0) != 0 }
    }

    /// `[0 0 m]` Is `can_yield` right? To be asked once, in the function that loads
    /// the library.
    pub fn knows_threads(self) -> bool {
        // SAFETY: as it says.
        unsafe { compat::knows_threads(self.0) }
    }

    /// `[0 0 -]` Is this coroutine suspended, or has it not begun? To resume another
    /// spoils the stack of whatever runs on it.
    pub fn is_at_rest(self) -> bool {
        // SAFETY: only reads; `ar` is filled only to be thrown away.
        unsafe {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            match ffi::lua_status(self.0) {
                ffi::LUA_YIELD => true,
                ffi::LUA_OK => ffi::lua_getstack(self.0, 0, &mut ar) == 0 && self.top() > 0,
                _ => false,
            }
        }
    }

    /// Resumes `co` with `args` values from its stack. `from` is whoever waits
    /// meanwhile, for Lua's count of C calls; a hook passes none.
    /// `[0 0 -]` on this stack.
    pub fn resume(co: State, from: Option<State>, args: Int) -> Status {
        let mut n = 0;
        // SAFETY: `co` is suspended and holds the values.
        let status =
            unsafe { ffi::lua_resume(co.0, from.map_or(std::ptr::null_mut(), |l| l.0), args, &mut n) };
        match status {
            ffi::LUA_OK => Status::Ended,
            ffi::LUA_YIELD => Status::Yielded(n),
            _ => Status::Failed,
        }
    }

    /// `[0 +1 -]` on `l`: a copy of the value that this marked coroutine brings,
    /// before or after it was `served`.
    #[inline]
    pub fn push_brought(self, l: State, served: bool) {
        self.dup(if served { -3 } else { -2 });
        self.give(l, 1);
    }

    /// `[0 0 -]` Leaves only the value that it was given on the stack of this
    /// coroutine, or nothing, where the wait returns all that is there.
    #[inline]
    pub fn strip(self, served: bool) {
        if compat::RESUME_RETURNS_ALL {
            if served {
                self.replace(1);
            }
            self.set_top(served.into());
        }
    }

    /// `[0 +1 -]` Pushes a mark.
    pub fn mark(self, mark: u32) {
        // SAFETY: one value fits.
        unsafe { value::push(self.0, mark) }
    }

    /// `[0 0 -]` Closes the variables of a coroutine that failed.
    pub fn close_failed(co: State) {
        // SAFETY: the coroutine is dead, so nothing runs on it.
        unsafe { compat::close_variables(co.0) }
        // The error would pass for a function to begin with.
        co.set_top(0);
    }

    /// `[-(1+args) +results|+1 -]` A protected call; false: an error is on top.
    /// `handler` is the position of a message handler, or 0.
    pub fn pcall(self, args: Int, results: Int, handler: Int) -> bool {
        // SAFETY: function and arguments are on the stack.
        unsafe { ffi::lua_pcall(self.0, args, results, handler) == ffi::LUA_OK }
    }

    /// `[-1 +1 m]` Replaces the message on top by it and the traceback of `of`.
    pub fn traceback(self, of: State, level: Int) {
        // SAFETY: a string (or nil) is on top; two values fit.
        unsafe {
            let message = ffi::lua_tolstring(self.0, -1, std::ptr::null_mut());
            ffi::luaL_traceback(self.0, of.0, message, level);
        }
        self.remove(-2);
    }

    /// `[0 +1 -]` The function that called the running one, and the line where
    /// it did; nil and -1 if that is not Lua code.
    pub fn caller(self) -> i32 {
        // SAFETY: `ar` is filled by the first call when it answers 1.
        unsafe {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            if ffi::lua_getstack(self.0, 1, &mut ar) == 0 {
                self.nil();
                return -1;
            }
            ffi::lua_getinfo(self.0, c"fl".as_ptr(), &mut ar);
            ar.currentline
        }
    }

    /// `[0 0 -]` Of those that led to the running function, the nearest that is not
    /// written in Lua: the name that its caller has for it, or nothing.
    pub fn native_caller(self) -> Option<Text> {
        // SAFETY: `ar` is filled by the first call when it answers 1; its strings are
        // Lua's and end with a zero.
        unsafe {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            let mut level = 1;
            while ffi::lua_getstack(self.0, level, &mut ar) != 0 {
                ffi::lua_getinfo(self.0, c"nS".as_ptr(), &mut ar);
                if CStr::from_ptr(ar.what) == c"C" {
                    let name = if ar.name.is_null() { c"" } else { CStr::from_ptr(ar.name) };
                    return Some(Text::new(name.to_str().unwrap_or_default()));
                }
                level += 1;
            }
            None
        }
    }

    /// `[-1 +1 m]` The name of the file of the function on top.
    pub fn source(self) {
        self.definition();
    }

    /// `[-1 +1 m]` The same, and the line where it begins.
    pub fn definition(self) -> i32 {
        // SAFETY: there is a function on top, which `>` pops.
        unsafe {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            ffi::lua_getinfo(self.0, c">S".as_ptr(), &mut ar);
            ffi::lua_pushstring(self.0, ar.short_src.as_ptr());
            ar.linedefined
        }
    }

    /// `[0 0 -]` The main thread, where Lua tells.
    pub fn main(self) -> Option<State> {
        // SAFETY: one value fits.
        unsafe { compat::push_main(self.0) }
        let main = self.thread_at(-1);
        self.pop(1);
        main
    }
}
