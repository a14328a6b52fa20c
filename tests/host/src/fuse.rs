//! Which allocations fail. They are counted from 0 on, Lua's and Rust's in one
//! sequence, and the fuse says from which one to which one they are refused.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How long the shortage lasts that begins with the k-th allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shortage {
    /// One allocation fails. Lua then collects garbage and asks again, so it is
    /// the collection in the midst of things that this tries out.
    Once,
    /// The next one fails too, which is Lua's second attempt: one operation fails
    /// and the program goes on with memory again.
    Twice,
    /// Nothing is to be had until the task is over.
    Lasting,
}

impl Shortage {
    pub const ALL: [Shortage; 3] = [Shortage::Once, Shortage::Twice, Shortage::Lasting];
}

static LUA: AtomicU64 = AtomicU64::new(0);
static RUST: AtomicU64 = AtomicU64::new(0);
static FIRST: AtomicU64 = AtomicU64::new(u64::MAX);
static LAST: AtomicU64 = AtomicU64::new(u64::MAX);
static SPARES_RUST: AtomicBool = AtomicBool::new(false);

/// Allocations so far.
pub fn asked() -> u64 {
    LUA.load(Relaxed) + RUST.load(Relaxed)
}

/// The allocations fail from the k-th one on, for so long.
pub fn arm(k: u64, shortage: Shortage, spares_rust: bool) {
    LUA.store(0, Relaxed);
    RUST.store(0, Relaxed);
    SPARES_RUST.store(spares_rust, Relaxed);
    let last = match shortage {
        Shortage::Once => k,
        Shortage::Twice => k + 1,
        Shortage::Lasting => u64::MAX - 1,
    };
    LAST.store(last, Relaxed);
    FIRST.store(k, Relaxed);
}

/// Ends the shortage. Was there a k-th allocation at all?
pub fn disarm() -> bool {
    asked() > FIRST.swap(u64::MAX, Relaxed)
}

fn admits(n: u64) -> bool {
    !(FIRST.load(Relaxed)..=LAST.load(Relaxed)).contains(&n)
}

/// Lua wants a block, or a larger one: may it have it?
pub fn admits_lua() -> bool {
    let n = asked();
    LUA.fetch_add(1, Relaxed);
    admits(n)
}

/// The same for Rust.
pub fn admits_rust() -> bool {
    if SPARES_RUST.load(Relaxed) {
        return true;
    }
    let n = asked();
    RUST.fetch_add(1, Relaxed);
    admits(n)
}
