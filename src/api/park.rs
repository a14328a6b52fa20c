//! Waiting: for a coroutine by yielding, for the main thread by running others
//! until its turn comes.

use super::chan::Channel;
use super::core::{Block, Core, Cx, Here, STORE, Waiter, at, core, decide, enter, kept};
use super::{hook, protocol, run, timer, wake, within};
use crate::chan::{Place, Side};
use crate::ids::{Lobby, Op};
use crate::lua::{Int, REFINALIZES, Ref, State, Tagged, YIELDS_ANYWHERE};
use slotmap::Key;

/// How many operations may wait on one side of a channel.
pub const LIMIT: usize = 1024;

/// Lives in the anchor table of a channel and dies with it: tells that nobody
/// can reach the channel any more.
#[derive(Clone, Copy)]
pub struct Sentinel {
    lobby: Lobby,
    spent: bool,
}

impl Tagged for Sentinel {
    const TAG: usize = 0x6c6f_6262;
}

/// `[0 0 -]` The finalizer of a sentinel.
pub extern "C-unwind" fn sentinel_gone(l: State) -> Int {
    let l = enter(l);
    if let Some(s) = l.udata::<Sentinel>(1) {
        let Sentinel { lobby, spent } = s.get();
        // Somebody else's finalizer may come later in the same round, and use the
        // channel: only the second round is the end, where Lua grants one.
        if !spent && REFINALIZES && l.is_open() {
            s.update(|s| s.spent = true);
            l.geti(STORE, at::SENTINEL);
            l.set_meta(1);
            return 0;
        }
        s.bury();
        if l.is_open() {
            core(l, |w| {
                let timer = w.hall.close(lobby);
                w.timers.cancel(timer);
            });
        }
    }
    0
}

/// `[0 0 -]` Somebody stands in the queue of a channel. `None`: `make_room`.
pub fn stand(l: Cx, c: Ref<Channel>, side: Side, who: Waiter) -> Option<Place> {
    decide(l, c, |w, ch| place(w, ch, side, who))
}

#[inline(always)]
pub fn place(w: &mut Core, ch: &Channel, side: Side, who: Waiter) -> Option<Place> {
    w.hall.enroll(who, ch.core.lobby(), side, limit(ch))
}

/// `[0 0 -]` The same at a port of an `alts`.
pub fn stand_at(l: Cx, c: Ref<Channel>, side: Side, who: Waiter, op: Op, port: u32) -> Option<Place> {
    decide(l, c, |w, ch| w.hall.enroll_alts(op, who, (ch.core.lobby(), side), limit(ch), port))
}

/// A timeout is never full: it is shared by all that end with it.
#[inline]
fn limit(ch: &Channel) -> usize {
    if ch.timer().is_some() { usize::MAX } else { LIMIT }
}

/// `[0 0 e]` Says that too many wait.
pub fn too_many(l: Cx, function: &str, side: Side) -> ! {
    match side {
        Side::Put => l.raise(format_args!(
            "{function}: {LIMIT} puts wait on this channel already; a dropping or sliding buffer would not make them wait"
        )),
        Side::Take => l.raise(format_args!("{function}: {LIMIT} takes wait on this channel already")),
    }
}

/// `[0 0 e]` Somebody found no place to wait: makes one, or refuses.
#[cold]
pub fn make_room(l: Cx, ch: Int, c: Ref<Channel>, side: Side, function: &str) {
    if core(l, |w| w.handlers) {
        protocol::drop_all_dead(l, c, side);
    }
    if decide(l, c, |w, ch| w.hall.is_full(ch.core.lobby(), side, limit(ch))) {
        too_many(l, function, side);
    }
    reserve(l, ch, c, side, 1);
}

/// `[0 0 m]` Makes room for `n` operations to wait on the channel at `ch`.
pub fn reserve(l: Cx, ch: Int, c: Ref<Channel>, side: Side, n: u32) {
    let lobby = c.get().core.lobby();
    if core(l, |w| !w.hall.has_lobby(lobby)) {
        open(l, ch, c);
    }
    let lobby = c.get().core.lobby();
    match core(l, |w| w.hall.reserve(lobby, side, n).map_err(drop)) {
        Ok(None) => {}
        Ok(Some(slots)) => grow(l, ch, lobby, slots),
        Err(()) => l.no_memory(),
    }
}

/// `[0 0 m]` Gives the channel at `ch` its lobby, anchor table and sentinel.
pub fn open(l: Cx, ch: Int, c: Ref<Channel>) {
    let top = l.top();
    l.table(1 + 2, 0);
    let s = l.new_udata(Sentinel { lobby: Lobby::null(), spent: false }, 0);
    l.geti(STORE, at::SENTINEL);
    l.set_meta(-2);
    match core(l, |w| w.hall.open().map_err(drop)) {
        Ok(lobby) => s.update(|s| s.lobby = lobby),
        Err(()) => l.no_memory(),
    }
    // From here on the sentinel answers for the lobby, should anything fail.
    let lobby = s.get().lobby;
    l.seti(top + 1, 1);
    l.dup(top + 1);
    l.seti(super::core::HALLS, wake::number(lobby));
    // A finalizer may have been quicker; then ours is garbage.
    if core(l, |w| !w.hall.has_lobby(c.get().core.lobby())) {
        l.set_slot(ch, kept::ANCHORS);
        decide(l, c, |w, ch| {
            ch.core.set_lobby(lobby);
            if let Some(timer) = ch.timer() {
                w.hall.set_timer(lobby, timer);
            }
        });
    }
    l.set_top(top);
}

/// `[0 0 m]` Gives the channel at `ch` an anchor table of so many slots.
fn grow(l: Cx, ch: Int, lobby: Lobby, slots: u32) {
    let top = l.top();
    l.table(1 + 2 * slots, 0);
    let old = core(l, |w| w.hall.slots(lobby));
    if old < slots {
        // From the channel itself: one that came back from the dead is not in the
        // weak table any more.
        l.get_slot(ch, kept::ANCHORS);
        if l.is_table(-1) {
            for i in 1..wake::anchor(old) {
                l.geti(top + 2, i);
                l.seti(top + 1, i);
            }
        }
        l.dup(top + 1);
        l.seti(super::core::HALLS, wake::number(lobby));
        l.dup(top + 1);
        l.set_slot(ch, kept::ANCHORS);
        core(l, |w| w.hall.grown(lobby, slots));
    }
    l.set_top(top);
}

/// What an anchor keeps of a party while it waits.
#[derive(Clone, Copy)]
pub enum Keep {
    /// The running coroutine.
    Coroutine,
    Nothing,
    /// The value at this position.
    At(Int),
}

/// `[0 +1 -]` Anchors a party, and the value that it brings, to the channel at
/// `ch` in which it has taken its place. Leaves the anchor table.
#[inline]
pub fn anchor(l: Cx, ch: Int, c: Ref<Channel>, place: Place, keep: Keep, value: Option<Int>) {
    if let Some(timer) = c.get().timer() {
        timer::watch(l, ch, timer);
    }
    if wake::push_anchors(l, ch, place.lobby) {
        match keep {
            Keep::Coroutine if YIELDS_ANYWHERE => l.thread(),
            Keep::Coroutine => within::push_root(l),
            Keep::Nothing => l.nil(),
            Keep::At(i) => l.dup(i),
        }
        l.seti(-2, wake::anchor(place.slot));
        if let Some(value) = value {
            l.dup(value);
            l.seti(-2, wake::anchor(place.slot) + 1);
        }
    }
}

/// `[? +1 e]` The running coroutine has its place in the queue of the channel at
/// 1: it is anchored there and parks. A put brings the value at `value`, which is
/// on the coroutine's own stack where it can carry it.
pub fn leave(l: Cx, c: Ref<Channel>, value: Option<Int>) -> Int {
    let Some((parked, place)) = core(l, |w| w.stood.take()) else { return 0 };
    let carries = parked.is_marked();
    anchor(l, 1, c, place, Keep::Coroutine, value.filter(|_| !carries));
    if let Some(value) = value {
        l.set_top(value);
    }
    l.park(parked.mark(), carries, value.is_some())
}

/// `[0 0 e]` Refuses where no coroutine can yield.
#[inline(always)]
pub fn must_yield(l: Cx, function: &str) {
    // Only a coroutine that was resumed by the program may be in a place which the
    // library has not looked at.
    if l.can_yield() && !l.is_pinned() && (l.is_go().is_some() || !hook::forbids_parking(l)) {
        return;
    }
    cannot_yield(l, function);
}

/// `[0 0 e]` Says why.
#[cold]
fn cannot_yield(l: Cx, function: &str) -> ! {
    if l.can_yield() {
        l.raise(format_args!(
            "{function}: LuaJIT cannot park a coroutine that runs in a finalizer or in a debug hook"
        ));
    }
    if l.is_main() {
        l.raise(format_args!(
            "{function}: only a coroutine can park; use a blocking operation on the main thread"
        ));
    }
    if core(l, |w| w.masked == Some(*l)) {
        l.raise(format_args!(
            "{function}: cannot park here: async.masked is between this call and its coroutine"
        ));
    }
    if !YIELDS_ANYWHERE {
        between(l, function);
    }
    l.raise(format_args!(
        "{function}: cannot park here: a C function (such as table.sort, or an operation with a callback) is between this call and its coroutine"
    ));
}

/// `[0 0 e]` Says what is between a call and its coroutine, where much cannot be.
#[cold]
fn between(l: Cx, function: &str) -> ! {
    let name = l.native_caller();
    let name = name.as_ref().map(|name| std::str::from_utf8(name.bytes()).unwrap_or("?"));
    let (what, kind, hint) = match name {
        Some("pcall") => ("pcall", "", "; async.pcall can be parked in"),
        Some("xpcall") => ("xpcall", "", "; async.xpcall can be parked in"),
        Some("") => ("a C function", "", ""),
        Some(name) => (name, " (a C function)", ""),
        None => ("an iterator or a metamethod", "", ""),
    };
    l.raise(format_args!(
        "{function}: cannot park here: Lua 5.1 cannot yield across {what}{kind}, which is between this call and its coroutine{hint}"
    ))
}

/// The running coroutine, about to park, and the mark that it will carry.
pub fn coroutine(l: Cx) -> (Waiter, u32) {
    let here = here(l);
    let parked = core(l, |w| w.parked(here));
    (here.party(parked), parked.mark())
}

/// What the running coroutine is to the library.
#[inline(always)]
pub fn here(l: Cx) -> Here {
    match l.is_go() {
        Some(go) => Here { co: *l, ours: true, go },
        None if YIELDS_ANYWHERE => Here { co: *l, ours: false, go: is_known(l) },
        None => here_within(l),
    }
}

/// The same of one that runs within another, perhaps.
#[cold]
fn here_within(l: Cx) -> Here {
    let co = l.root();
    match l.is_go_block(co) {
        Some(go) => Here { co, ours: true, go },
        None => Here { co, ours: false, go: is_known(l) },
    }
}

/// `[0 0 -]` Is it a go block that somebody else has resumed?
#[cold]
fn is_known(l: Cx) -> bool {
    l.geti(STORE, at::GO_BLOCKS);
    within::push_root(l);
    l.get(-2);
    let known = !l.is_nil(-1);
    l.pop(2);
    known
}

/// `[0 0 e]` Refuses anywhere but on the main thread.
pub fn must_block(l: Cx, function: &str) {
    if !l.is_main() {
        l.raise(format_args!(
            "{function}: only the main thread can block; inside a coroutine use a parking operation"
        ));
    }
    must_run(l, function);
}

/// `[0 0 e]` Refuses where tasks could not park, and where they are held back.
pub fn must_run(l: Cx, function: &str) {
    if core(l, |w| w.masked.is_some()) {
        l.raise(format_args!("{function}: not within async.masked, which holds tasks back"));
    }
    if hook::forbids_parking(l) {
        l.raise(format_args!("{function}: LuaJIT cannot run tasks in a finalizer or in a debug hook"));
    }
}

/// `[0 0 m]` Prepares for a blocking operation and answers its number. The result
/// of an `alts` is made in advance.
pub fn block(l: Cx, alts: bool) -> u32 {
    let next = |w: &mut Core| {
        w.blocks.try_reserve(1).map_err(drop)?;
        w.block = w.block.wrapping_add(1);
        Ok((w.block, w.blocks.len() as u32))
    };
    let Ok::<_, ()>((id, depth)) = core(l, next) else { l.no_memory() };
    l.geti(STORE, at::BLOCKS);
    if alts {
        l.table(2, 0)
    } else {
        l.bool(false)
    }
    l.seti(-2, depth + 1);
    l.pop(1);
    id
}

/// How to give up an operation.
#[derive(Clone, Copy)]
pub enum Held {
    Plain(Waiter, Place, Side),
    Alts(Op),
}

/// `[0 0 -]` Gives up an operation. False: it does not wait any more.
pub fn withdraw(l: Cx, held: Held) -> bool {
    let waited = core(l, |w| match held {
        Held::Plain(who, place, side) => w.hall.withdraw(who, place, side),
        Held::Alts(op) => w.hall.withdraw_alts(op),
    });
    wake::clear_losers(l);
    waited
}

/// `[0 +1 e]` Runs others until a blocking operation has its value.
pub fn wait(l: Cx, id: u32, held: Held, function: &str) {
    let depth = core(l, |w| {
        w.blocks.push(Block { id, done: false });
        w.blocks.len() as u32
    });
    let outcome = run::until(l, id, held);
    l.geti(STORE, at::BLOCKS);
    l.geti(-1, depth);
    l.bool(false);
    l.seti(-3, depth);
    l.remove(-2);
    core(l, |w| w.blocks.truncate(depth as usize - 1));
    hook::settle(l);
    hook::arm(l);
    match outcome {
        run::Outcome::Done => {}
        run::Outcome::Never => l.raise(format_args!(
            "{function}: the channel is not ready and never will be: no task is queued and no timeout is pending"
        )),
        // The error lies below what was pushed last.
        run::Outcome::Failed => {
            l.pop(1);
            l.fail()
        }
    }
}
