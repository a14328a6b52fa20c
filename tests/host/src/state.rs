//! A Lua state of the host's own, with the module built in.

use crate::{fuse, memory, time};
use mlua::ffi;
use std::ffi::{CStr, CString, c_int};
use std::ptr;

/// The root of the project.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Closed when it goes.
pub struct Lua(*mut ffi::lua_State);

impl Drop for Lua {
    fn drop(&mut self) {
        // SAFETY: open until now, and nothing runs on it.
        unsafe { ffi::lua_close(self.0) }
    }
}

/// Runs `f`, and fails unless it has given back every block that it took.
pub fn leaving_nothing<R>(f: impl FnOnce() -> Result<R, String>) -> Result<R, String> {
    let before = memory::live();
    let outcome = f()?;
    let after = memory::live();
    let (lua, rust) = (after.lua - before.lua, after.rust - before.rust);
    if (lua, rust) == (0, 0) {
        return Ok(outcome);
    }
    Err(format!("{lua} blocks of Lua's and {rust} of Rust's are left after lua_close"))
}

/// `host.allocations() -> integer`, so far.
unsafe extern "C-unwind" fn allocations(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: one slot of the 20 that a function has.
    unsafe { ffi::lua_pushinteger(l, fuse::asked() as ffi::lua_Integer) };
    1
}

/// `host.pass(ms)` Lets time pass.
unsafe extern "C-unwind" fn pass(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: raises if there is no number.
    time::pass(unsafe { ffi::luaL_checkinteger(l, 1) });
    0
}

/// `require "host"`
unsafe extern "C-unwind" fn host(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: two slots of the 20 that a function has.
    unsafe {
        ffi::lua_createtable(l, 0, 2);
        ffi::lua_pushcfunction(l, allocations);
        ffi::lua_setfield(l, -2, c"allocations".as_ptr());
        ffi::lua_pushcfunction(l, pass);
        ffi::lua_setfield(l, -2, c"pass".as_ptr());
    }
    1
}

/// `(error) -> error, traceback`
unsafe extern "C-unwind" fn explain(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: the error is at 1.
    unsafe {
        let message = ffi::luaL_tolstring(l, 1, ptr::null_mut());
        ffi::luaL_traceback(l, l, message, 1);
    }
    1
}

// SAFETY of the blocks below: the state is open, and what each one says about
// the stack holds.
impl Lua {
    /// `[0 +0]` The standard libraries, `require "async.core"`, `require "host"`
    /// and the way to `lua/` and `spec/`.
    pub fn open() -> Result<Lua, String> {
        let lua = unsafe { ffi::lua_newstate(memory::lua, ptr::null_mut()) };
        if lua.is_null() {
            return Err("no Lua state".into());
        }
        let lua = Lua(lua);
        let open = async_core::luaopen_async_core as *const ();
        unsafe {
            ffi::luaL_openlibs(lua.0);
            ffi::luaL_getsubtable(lua.0, ffi::LUA_REGISTRYINDEX, c"_PRELOAD".as_ptr());
            ffi::lua_pushcfunction(lua.0, std::mem::transmute::<*const (), ffi::lua_CFunction>(open));
            ffi::lua_setfield(lua.0, -2, c"async.core".as_ptr());
            ffi::lua_pushcfunction(lua.0, host);
            ffi::lua_setfield(lua.0, -2, c"host".as_ptr());
            ffi::lua_pop(lua.0, 1);
        }
        lua.run(&format!("package.path = '{ROOT}/lua/?.lua;{ROOT}/?.lua' package.cpath = ''"))?;
        Ok(lua)
    }

    /// `[0 +0]` Runs a program.
    pub fn run(&self, program: &str) -> Result<(), String> {
        let program = CString::new(program).map_err(|e| e.to_string())?;
        let loaded = unsafe { ffi::luaL_loadstring(self.0, program.as_ptr()) };
        self.finish(loaded == ffi::LUA_OK, 0, 0)
    }

    /// `[0 +1]` What the file at this path, from the root, returns.
    pub fn file(&self, path: &str) -> Result<(), String> {
        let path = CString::new(format!("{ROOT}/{path}")).map_err(|e| e.to_string())?;
        let loaded = unsafe { ffi::luaL_loadfilex(self.0, path.as_ptr(), ptr::null()) };
        self.finish(loaded == ffi::LUA_OK, 0, 1)
    }

    /// `[-(1+args) +results]` Calls a function; the error is explained.
    pub fn call(&self, args: c_int, results: c_int) -> Result<(), String> {
        self.finish(true, args, results)
    }

    fn finish(&self, loaded: bool, args: c_int, results: c_int) -> Result<(), String> {
        unsafe {
            let at = ffi::lua_gettop(self.0) - args;
            ffi::lua_pushcfunction(self.0, explain);
            ffi::lua_insert(self.0, at);
            let ok = loaded && ffi::lua_pcall(self.0, args, results, at) == ffi::LUA_OK;
            ffi::lua_remove(self.0, at);
            if ok { Ok(()) } else { Err(self.pop_text()) }
        }
    }

    /// `[-(1+args) +(0|1)]` Calls a function as a task whose error is expected:
    /// false, and the error is on top. Nothing of the host's allocates meanwhile.
    pub fn attempt(&self, args: c_int) -> bool {
        unsafe { ffi::lua_pcall(self.0, args, 0, 0) == ffi::LUA_OK }
    }

    /// `[-1 +0]`
    pub fn pop_text(&self) -> String {
        unsafe {
            let text = CStr::from_ptr(ffi::luaL_tolstring(self.0, -1, ptr::null_mut()));
            let text = text.to_string_lossy().into_owned();
            ffi::lua_pop(self.0, 2);
            text
        }
    }

    /// `[0 +1]` Field of the table at 1.
    pub fn field(&self, name: &CStr) {
        unsafe { ffi::lua_getfield(self.0, 1, name.as_ptr()) };
    }

    /// `[0 +0]` Is that field set and true?
    pub fn flag(&self, name: &CStr) -> bool {
        self.field(name);
        let set = unsafe { ffi::lua_toboolean(self.0, -1) != 0 };
        self.pop(1);
        set
    }

    /// `[0 +1]`
    pub fn dup(&self, i: c_int) {
        unsafe { ffi::lua_pushvalue(self.0, i) }
    }

    /// `[0 +1]`
    pub fn push_bool(&self, b: bool) {
        unsafe { ffi::lua_pushboolean(self.0, b.into()) }
    }

    /// `[0 +1]`
    pub fn push_nil(&self) {
        unsafe { ffi::lua_pushnil(self.0) }
    }

    /// `[0 +1]`
    pub fn push_text(&self, text: &[u8]) {
        unsafe { ffi::lua_pushlstring(self.0, text.as_ptr().cast(), text.len()) };
    }

    /// `[-n +0]`
    pub fn pop(&self, n: c_int) {
        unsafe { ffi::lua_pop(self.0, n) }
    }
}
