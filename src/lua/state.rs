//! One Lua stack: reading and moving values.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use mlua::ffi;
use std::ffi::{CStr, c_int};

/// A running coroutine or the main thread.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State(pub(super) *mut ffi::lua_State);

/// A function that Lua can call.
pub type Verb = extern "C-unwind" fn(State) -> c_int;

/// A stack index.
pub type Int = c_int;

/// In place of a number of results: however many there are.
pub const ALL: Int = ffi::LUA_MULTRET;

/// Its address tells this copy of the library from any other in the process.
static LIBRARY: u8 = 0;

/// What the tags of our userdata are mixed with, so that another copy of the
/// library takes them for strangers.
pub(super) fn copy_tag() -> usize {
    (&raw const LIBRARY) as usize
}

// SAFETY of every block in this file: the state is valid (see `lua`), and the
// positions passed in exist, which the callers see to.
impl State {
    /// Position of the n-th value that belongs to the running function.
    pub const fn upvalue(n: Int) -> Int {
        ffi::lua_upvalueindex(n)
    }

    pub const REGISTRY: Int = ffi::LUA_REGISTRYINDEX;

    /// A number below `n`, a power of two, that depends on the address.
    #[inline]
    pub fn hash(self, n: u32) -> u32 {
        ((self.0 as usize as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32 & (n - 1)
    }

    /// `[0 0 -]` Has the table on top no entries?
    pub fn is_empty(self) -> bool {
        unsafe {
            ffi::lua_pushnil(self.0);
            let empty = ffi::lua_next(self.0, -2) == 0;
            if !empty {
                ffi::lua_settop(self.0, -3);
            }
            empty
        }
    }

    /// A number that no other coroutine has as long as this one lives.
    #[inline]
    pub fn id(self) -> usize {
        self.0 as usize
    }

    // Quiet.

    /// `[0 0 -]`
    pub fn top(self) -> Int {
        unsafe { ffi::lua_gettop(self.0) }
    }

    /// `[? ? -]`
    pub fn set_top(self, top: Int) {
        unsafe { ffi::lua_settop(self.0, top) }
    }

    /// `[-n 0 -]`
    pub fn pop(self, n: Int) {
        self.set_top(-n - 1);
    }

    /// `[0 +1 -]` A copy of the value at `i`.
    pub fn dup(self, i: Int) {
        unsafe { ffi::lua_pushvalue(self.0, i) }
    }

    /// `[0 +1 -]`
    pub fn nil(self) {
        unsafe { ffi::lua_pushnil(self.0) }
    }

    /// `[0 +1 -]`
    pub fn bool(self, b: bool) {
        unsafe { ffi::lua_pushboolean(self.0, b.into()) }
    }

    /// `[0 +1 -]`
    pub fn num(self, n: f64) {
        unsafe { ffi::lua_pushnumber(self.0, n) }
    }

    /// `[0 +1 -]`
    pub fn int(self, n: impl Into<u64>) {
        unsafe { ffi::lua_pushinteger(self.0, n.into() as ffi::lua_Integer) }
    }

    /// `[0 +1 -]` This coroutine itself.
    pub fn thread(self) {
        unsafe { ffi::lua_pushthread(self.0) };
    }

    /// `[-1 0 -]` The top value replaces the one at `i`.
    pub fn replace(self, i: Int) {
        unsafe { ffi::lua_replace(self.0, i) }
    }

    /// `[-1 +1 -]` The top value moves down to `i`.
    pub fn insert(self, i: Int) {
        unsafe { ffi::lua_insert(self.0, i) }
    }

    /// `[-1 0 -]`
    pub fn remove(self, i: Int) {
        unsafe { ffi::lua_remove(self.0, i) }
    }

    /// `[-n 0 -]` The top `n` values go to the stack of `to`, which has room.
    pub fn give(self, to: State, n: Int) {
        unsafe { ffi::lua_xmove(self.0, to.0, n) }
    }

    /// `[0 0 -]`
    pub fn kind(self, i: Int) -> Int {
        unsafe { ffi::lua_type(self.0, i) }
    }

    pub fn is_nil(self, i: Int) -> bool {
        self.kind(i) <= ffi::LUA_TNIL
    }

    pub fn is_none(self, i: Int) -> bool {
        self.kind(i) == ffi::LUA_TNONE
    }

    pub fn is_table(self, i: Int) -> bool {
        self.kind(i) == ffi::LUA_TTABLE
    }

    pub fn is_function(self, i: Int) -> bool {
        self.kind(i) == ffi::LUA_TFUNCTION
    }

    /// `[0 0 -]` A function written in Lua.
    pub fn is_lua_function(self, i: Int) -> bool {
        self.is_function(i) && unsafe { ffi::lua_iscfunction(self.0, i) == 0 }
    }

    /// `[0 0 m]` Has it this metamethod?
    pub fn has_metamethod(self, i: Int, name: &CStr) -> bool {
        unsafe {
            if ffi::luaL_getmetafield(self.0, i, name.as_ptr()) == 0 {
                return false;
            }
        }
        self.pop(1);
        true
    }

    /// `[0 0 m]` A function, or an object that can be called.
    pub fn is_callable(self, i: Int) -> bool {
        self.kind(i) == ffi::LUA_TFUNCTION || self.has_metamethod(i, c"__call")
    }

    pub fn is_false(self, i: Int) -> bool {
        self.kind(i) == ffi::LUA_TBOOLEAN && !self.truthy(i)
    }

    pub fn truthy(self, i: Int) -> bool {
        unsafe { ffi::lua_toboolean(self.0, i) != 0 }
    }

    /// A number, not a string that looks like one.
    pub fn number(self, i: Int) -> Option<f64> {
        (self.kind(i) == ffi::LUA_TNUMBER).then(|| unsafe { ffi::lua_tonumber(self.0, i) })
    }

    /// The bytes of a string, good while it stays on the stack.
    pub fn bytes<'a>(self, i: Int) -> Option<&'a [u8]> {
        if self.kind(i) != ffi::LUA_TSTRING {
            return None;
        }
        let mut len = 0;
        unsafe {
            let p = ffi::lua_tolstring(self.0, i, &mut len);
            Some(std::slice::from_raw_parts(p.cast(), len))
        }
    }

    pub fn same(self, a: Int, b: Int) -> bool {
        unsafe { ffi::lua_rawequal(self.0, a, b) != 0 }
    }

    /// `[0 0 -]` The length of a string, table or userdata, no metamethod.
    pub fn len(self, i: Int) -> usize {
        unsafe { ffi::lua_rawlen(self.0, i) }
    }

    /// An address that identifies the value at `i`.
    pub fn address(self, i: Int) -> usize {
        unsafe { ffi::lua_topointer(self.0, i) as usize }
    }

    /// The coroutine at `i`.
    pub fn thread_at(self, i: Int) -> Option<State> {
        let p = unsafe { ffi::lua_tothread(self.0, i) };
        (!p.is_null()).then_some(State(p))
    }

    /// `[0 0 -]` Is this the main thread? One stack slot.
    pub fn is_main(self) -> bool {
        let main = unsafe { ffi::lua_pushthread(self.0) } == 1;
        self.pop(1);
        main
    }

    /// `[0 +1 -]` Entry `n` of the table at `t`; no metamethod.
    pub fn geti(self, t: Int, n: u32) {
        debug_assert!(self.is_table(t));
        unsafe { super::compat::raw_geti(self.0, t, n) };
    }

    /// `[0 +1 -]` The same; is what came nil?
    pub fn geti_nil(self, t: Int, n: u32) -> bool {
        debug_assert!(self.is_table(t));
        unsafe { super::compat::raw_geti(self.0, t, n) == ffi::LUA_TNIL }
    }

    /// `[0 +1 -]` The same; is what came a table?
    pub fn geti_table(self, t: Int, n: u32) -> bool {
        debug_assert!(self.is_table(t));
        unsafe { super::compat::raw_geti(self.0, t, n) == ffi::LUA_TTABLE }
    }

    /// `[-1 0 m]` Sets entry `n` of the table at `t`. Quiet when the entry is
    /// in the table already or was provided for when it was made.
    pub fn seti(self, t: Int, n: u32) {
        debug_assert!(self.is_table(t));
        unsafe { super::compat::raw_seti(self.0, t, n) }
    }

    /// `[-1 +1 -]` The entry whose key is on top; no metamethod.
    pub fn get(self, t: Int) {
        unsafe { ffi::lua_rawget(self.0, t) };
    }

    /// `[0 +1 -]` The n-th value that belongs to the userdata at `i`.
    pub fn get_slot(self, i: Int, n: u32) {
        unsafe { super::compat::get_slot(self.0, i, n) };
    }

    /// `[0 +1 -]` The same; is what came a table?
    pub fn get_slot_table(self, i: Int, n: u32) -> bool {
        unsafe { super::compat::get_slot(self.0, i, n) == ffi::LUA_TTABLE }
    }

    /// `[-1 0 -]` Sets the n-th value that belongs to the userdata at `i`.
    pub fn set_slot(self, i: Int, n: u32) {
        unsafe { super::compat::set_slot(self.0, i, n) }
    }

    /// `[-1 0 -]` The top table becomes the metatable of the value at `i`.
    pub fn set_meta(self, i: Int) {
        unsafe { ffi::lua_setmetatable(self.0, i) };
    }

    /// `[0 +(0|1) -]`
    pub fn get_meta(self, i: Int) -> bool {
        unsafe { ffi::lua_getmetatable(self.0, i) != 0 }
    }

    /// `[0 +1 -]` What this library has put into the registry, or nil.
    pub fn registered(self) {
        unsafe { ffi::lua_rawgetp(self.0, State::REGISTRY, (&raw const LIBRARY).cast()) };
    }

    // Raising.

    /// `[-1 0 m]` Puts a value into the registry, for `registered`.
    pub fn register(self) {
        unsafe { ffi::lua_rawsetp(self.0, State::REGISTRY, (&raw const LIBRARY).cast()) }
    }

    /// `[0 0 e]` Room for `n` more values.
    pub fn room(self, n: Int) {
        unsafe { ffi::luaL_checkstack(self.0, n, c"async: too many values".as_ptr()) }
    }

    /// `[0 0 m]` Room for `n` more values, or false.
    pub fn has_room(self, n: Int) -> bool {
        unsafe { ffi::lua_checkstack(self.0, n) != 0 }
    }

    /// `[0 +1 m]`
    pub fn table(self, array: u32, hash: u32) {
        unsafe { ffi::lua_createtable(self.0, array as c_int, hash as c_int) }
    }

    /// `[0 +1 m]`
    pub fn text(self, s: &[u8]) {
        unsafe { ffi::lua_pushlstring(self.0, s.as_ptr().cast(), s.len()) };
    }

    /// `[-1 0 m]` `t[name] = top`, for tables without metamethods.
    pub fn set_field(self, t: Int, name: &CStr) {
        unsafe { ffi::lua_setfield(self.0, t, name.as_ptr()) }
    }

    /// `[-2 0 m]` `t[second] = top`; no metamethod.
    pub fn set(self, t: Int) {
        unsafe { ffi::lua_rawset(self.0, t) }
    }

    /// `[0 +1 m]` A new coroutine.
    pub fn new_thread(self) -> State {
        State(unsafe { ffi::lua_newthread(self.0) })
    }

    /// `[-n +1 m]` A function with the top `n` values as its own.
    pub fn function(self, f: Verb, n: Int) {
        // SAFETY: a `State` is a pointer, in representation and in the call.
        let f = unsafe { std::mem::transmute::<Verb, ffi::lua_CFunction>(f) };
        unsafe { ffi::lua_pushcclosure(self.0, f, n) }
    }

    /// `[-(1+args) +results e]`
    pub fn call(self, args: Int, results: Int) {
        unsafe { ffi::lua_call(self.0, args, results) }
    }

    /// `[0 +1 e]` Field `name` of any value, metamethods included.
    pub fn field(self, i: Int, name: &CStr) {
        unsafe { ffi::lua_getfield(self.0, i, name.as_ptr()) };
    }

    /// `[0 +1 e]` The value at `i` as `tostring` shows it.
    pub fn show(self, i: Int) {
        unsafe { ffi::luaL_tolstring(self.0, i, std::ptr::null_mut()) };
    }

    /// `[-n +1 e]` One string of the top `n`.
    pub fn concat(self, n: Int) {
        unsafe { ffi::lua_concat(self.0, n) }
    }

    /// `[-1 0 e]` Raises the value on top.
    pub fn fail(self) -> ! {
        unsafe { ffi::lua_error(self.0) }
    }
}
