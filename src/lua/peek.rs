//! What no function of Lua tells, read where Lua itself keeps it. Nobody promises
//! the place, so it is looked for once, by what is known to be there.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::state::{Int, State};
use mlua::ffi;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// No thread of any Lua is smaller than so many words, nor one of LuaJIT. Where words
/// are of 32 bits nothing is looked for.
const WORDS: usize = match (size_of::<usize>(), cfg!(feature = "luajit")) {
    (8, true) => 11,
    (8, false) => 23,
    _ => 0,
};

/// Which word of a thread is the address of the innermost protected call's
/// record, which lies on the stack of the OS thread that runs it; 0: not known.
static PROTECTED_AT: AtomicUsize = AtomicUsize::new(0);

// SAFETY of the blocks below: threads are valid; they are larger than what is read.

unsafe fn word(l: *mut ffi::lua_State, i: usize) -> usize {
    unsafe { l.cast::<usize>().add(i).read_volatile() }
}

/// Where on the stack of an OS thread the innermost protected call of this one is,
/// or 0: there is none, or it is not known.
pub(super) fn protected_call(l: *mut ffi::lua_State) -> usize {
    match PROTECTED_AT.load(Relaxed) {
        0 => 0,
        at => unsafe { word(l, at) },
    }
}

/// The caller's place on the stack, and the answer.
struct Search {
    outer: usize,
    found: Option<usize>,
}

/// In a protected call: the word that lies between the caller's place and ours.
unsafe extern "C-unwind" fn search(l: *mut ffi::lua_State) -> Int {
    unsafe {
        let mine = 0u8;
        let search = &mut *ffi::lua_touserdata(l, 1).cast::<Search>();
        let range = (&raw const mine).addr()..search.outer;
        let mut found = (1..WORDS).filter(|&i| range.contains(&word(l, i)));
        search.found = found.next().filter(|_| found.next().is_none());
    }
    0
}

impl State {
    /// `[0 0 m]` To be called before any of this is asked.
    pub fn learn_threads(self) {
        let mut this = Search { outer: 0, found: None };
        this.outer = (&raw const this).addr();
        unsafe {
            ffi::lua_pushcclosure(self.0, search, 0);
            ffi::lua_pushlightuserdata(self.0, (&raw mut this).cast::<c_void>());
            if ffi::lua_pcall(self.0, 1, 0, 0) != ffi::LUA_OK {
                ffi::lua_settop(self.0, -2);
            }
        }
        if let Some(found) = this.found {
            PROTECTED_AT.store(found, Relaxed);
        }
    }
}
