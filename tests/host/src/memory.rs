//! The two allocators, which count their blocks and ask the fuse first.

use crate::fuse;
use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Blocks that are alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Live {
    pub lua: i64,
    pub rust: i64,
}

static LUA: AtomicI64 = AtomicI64::new(0);
static RUST: AtomicI64 = AtomicI64::new(0);

pub fn live() -> Live {
    Live { lua: LUA.load(Relaxed), rust: RUST.load(Relaxed) }
}

/// Rust's allocator, of the host and of the module in it.
pub struct Rust;

// SAFETY: every call is passed on to the system's allocator, or answered with
// null as an allocator may do.
unsafe impl GlobalAlloc for Rust {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !fuse::admits_rust() {
            return ptr::null_mut();
        }
        RUST.fetch_add(1, Relaxed);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() && !fuse::admits_rust() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        RUST.fetch_sub(1, Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Lua's allocator. A block that shrinks always can, as Lua takes for granted.
pub unsafe extern "C" fn lua(_: *mut c_void, block: *mut c_void, old: usize, new: usize) -> *mut c_void {
    let layout = |size| Layout::from_size_align(size, 16);
    if new == 0 {
        if let (false, Ok(layout)) = (block.is_null(), layout(old)) {
            LUA.fetch_sub(1, Relaxed);
            // SAFETY: Lua gives back what it got from here, and its size.
            unsafe { System.dealloc(block.cast(), layout) }
        }
        return ptr::null_mut();
    }
    let Ok(wanted) = layout(new) else { return ptr::null_mut() };
    if block.is_null() {
        if !fuse::admits_lua() {
            return ptr::null_mut();
        }
        LUA.fetch_add(1, Relaxed);
        // SAFETY: the size is not 0.
        return unsafe { System.alloc(wanted) }.cast();
    }
    if new > old && !fuse::admits_lua() {
        return ptr::null_mut();
    }
    let Ok(had) = layout(old) else { return ptr::null_mut() };
    // SAFETY: as above.
    unsafe { System.realloc(block.cast(), had, new) }.cast()
}
