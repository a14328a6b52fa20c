//! What Lua sees, one file for each thing: read the arguments, decide, move the
//! values, return. The list of it all is `EXPORTS`.

mod alarm;
mod alts;
mod args;
mod buffer;
mod chan;
mod core;
mod debug;
mod errors;
mod go;
mod hook;
mod own;
mod park;
mod preempt;
mod protocol;
mod put;
mod run;
mod slow;
mod stats;
mod step;
mod take;
mod timer;
mod track;
mod trigger;
mod values;
mod wake;
mod warm;
mod within;
mod xform;

use self::core::{Core, STORE, at};
use crate::chan::{Hall, Kind};
use crate::lua::{Int, PER_COROUTINE, State, Verb, YIELDS_ANYWHERE};
use crate::sched::{FIRST_ROOM, Pace, Ready, Slices, Timers};
use crate::sys::clock;
use crate::sys::nap::Nap;
use std::ffi::CStr;

type Named = (&'static CStr, Verb);

/// Name in `async.core` and function. `lua/async.lua` gives each its core.async
/// name too.
const EXPORTS: &[Named] = &[
    (c"alts", alts::alts_here),
    (c"block_alts", alts::block_alts),
    (c"block_put", put::block_put),
    (c"block_take", take::block_take),
    (c"buffer", buffer::fixed),
    (c"chan", chan::chan),
    (c"close", chan::close),
    (c"dispatched", run::dispatched),
    (c"dropping_buffer", buffer::dropping),
    (c"go", go::go),
    (c"is_chan", chan::is_chan),
    (c"is_closed", chan::is_closed),
    (c"is_main_thread", chan::is_main_thread),
    (c"is_unblocking_buffer", buffer::is_unblocking),
    (c"masked", hook::masked),
    (c"on_error", errors::on_error),
    (c"on_slow", slow::on_slow),
    (c"park_alts", alts::park_alts),
    (c"park_put", put::park_put),
    (c"park_take", take::park_take),
    (c"preempt", preempt::preempt),
    (c"promise_buffer", buffer::promise),
    (c"promise_chan", chan::promise_chan),
    (c"put", put::put),
    (c"put_async", put::put_async),
    (c"run", run::run),
    (c"sliding_buffer", buffer::sliding),
    (c"stats", stats::stats),
    (c"step", run::step),
    (c"take", take::take),
    (c"take_async", take::take_async),
    (c"timeout", timer::timeout),
    (c"trigger", trigger::trigger),
    (c"try_put", put::try_put),
    (c"try_take", take::try_take),
];

/// What `lua/async/protect.lua` needs where Lua's own protected calls do not do.
const WITHIN: &[Named] = &[(c"can_park", within::can_park), (c"resume_within", within::resume_within)];

/// What `lua/async/track.lua` and `lua/async/hooks.lua` need where a hook belongs to
/// one coroutine.
const TRACKING: &[Named] = &[
    (c"tracked_resume", track::tracked_resume),
    (c"tracked_wrap", track::tracked_wrap),
    (c"wrapped_gethook", debug::wrapped_gethook),
    (c"wrapped_sethook", debug::wrapped_sethook),
];

const CHANNEL_METHODS: &[Named] = &[
    (c"put", put::put),
    (c"take", take::take),
    (c"offer", put::try_put),
    (c"poll", take::try_take),
    (c"close", chan::close),
    (c"iter", take::iter),
    (c"put!", protocol::put),
    (c"take!", protocol::take),
    (c"close!", chan::close),
];

const BUFFER_METHODS: &[Named] = &[
    (c"add", buffer::add),
    (c"add!", buffer::add),
    (c"remove", buffer::remove),
    (c"remove!", buffer::remove),
    (c"is_full", buffer::is_full),
    (c"full?", buffer::is_full),
    (c"length", buffer::length),
    (c"close_buf", buffer::close_buf),
    (c"close-buf!", buffer::close_buf),
];

/// Functions for the library's own Lua files; the front door keeps them back.
const PRIVATE: &[Named] = &[
    (c"catch", errors::catch),
    (c"report", errors::report_caught),
    (c"setup", setup),
    (c"hooks_are_used", hook::used),
    (c"profiler_is_wanted", hook::given_up),
    (c"profiler_is_free", hook::freed),
    (c"offer_each", put::offer_each),
    (c"own", own::own),
];

/// Functions that only the native part calls.
const INNER: &[(u32, Verb)] = &[
    (at::CATCH, errors::catch),
    (at::REPORT, errors::tell),
    (at::PUMP, run::pump),
    (at::BATCH, run::batch),
    (at::FINISH, go::finish),
    (at::REFILL, xform::let_in),
    (at::SHOW, errors::show),
    (at::ROOM, go::room),
    (at::REMEMBER, go::note),
    (at::COMMIT, protocol::commit_waiting),
    (at::NOTE, slow::note),
    (at::WARN, slow::warn),
    (at::NOTE_AND_WARN, slow::note_and_warn),
];

/// `luaopen_async_core`: answers the table of exports. Its first four values
/// are made here, so inside it nothing may use them.
pub fn open(l: State) -> Int {
    l.room(20);
    // Loaded again, perhaps after `package.loaded` was cleared: there is only one
    // library in a state.
    l.registered();
    if l.is_table(-1) {
        return 1;
    }
    if !l.knows_threads() {
        l.raise("async: this build of Lua keeps its coroutines in a way that the library does not know");
    }
    l.new_world::<Core>();
    let world = l.top();
    l.table(0, 1);
    l.function(chan::world_gone, 0);
    l.set_field(-2, c"__gc");
    l.set_meta(world);
    match new_core(l) {
        Some(core) => l.fill_world(world, core),
        None => l.no_memory(),
    }
    l.table(at::COUNT, 0);
    let store = l.top();
    weak_table(l, b"v");
    let halls = l.top();
    full_table(l, FIRST_ROOM * wake::STRIDE);
    let own = [world, store, halls, l.top()];
    fill_store(l, store);
    for &(entry, f) in INNER {
        function(l, own, f);
        l.seti(store, entry);
    }
    metatables(l, own);
    function(l, own, if PER_COROUTINE { hook::fired } else { hook::sampled });
    l.provide_hook(clock::now);
    function(l, own, alarm::rang);
    l.provide_alarm_of::<Core>(world);
    l.table(0, (EXPORTS.len() + PRIVATE.len()) as u32);
    functions(l, own, EXPORTS);
    functions(l, own, PRIVATE);
    if !YIELDS_ANYWHERE {
        functions(l, own, WITHIN);
    }
    if PER_COROUTINE {
        functions(l, own, TRACKING);
    }
    l.dup(-1);
    l.register();
    1
}

fn new_core(l: State) -> Option<Core> {
    // Any seed but zero; different runs need not choose alike.
    let seed = clock::now() ^ (l.address(State::REGISTRY) as u64) << 20;
    Some(Core {
        hall: Hall::default(),
        ready: Ready::new().ok()?,
        warm: warm::Warm::default(),
        met: None,
        stood: None,
        suspended: None,
        tired: 0,
        tired_until: 0,
        in_turn: false,
        profiled: 0,
        timers: Timers::default(),
        pace: Pace::default(),
        slices: Slices::default(),
        blocks: Vec::new(),
        block: 0,
        nap: Nap::default(),
        main: l.main(),
        busy: 0,
        masked: None,
        pumping: 0,
        depth: 0,
        orphans: [None; go::ORPHANS as usize],
        nested: 0,
        mark: 0,
        random: seed | 1,
        tasks: 0,
        handlers: false,
        hooks: false,
        off: false,
    })
}

/// `[0 +1 m]`
fn weak_table(l: State, mode: &[u8]) {
    l.table(0, 0);
    l.table(0, 1);
    l.text(mode);
    l.set_field(-2, c"__mode");
    l.set_meta(-2);
}

/// `[0 +1 m]` A table with so many entries, which can be set quietly. One that is nil
/// would not keep its place when the table grows.
fn full_table(l: State, entries: u32) {
    l.table(entries, 0);
    for entry in 1..=entries {
        l.bool(false);
        l.seti(-2, entry);
    }
}

fn fill_store(l: State, store: Int) {
    weak_table(l, b"kv");
    l.seti(store, at::GO_BLOCKS);
    weak_table(l, b"v");
    l.seti(store, at::TIMERS);
    l.table(go::ORPHANS, 0);
    l.seti(store, at::ORPHANS);
    full_table(l, warm::LINES);
    l.seti(store, at::WARM);
    for entry in [at::WATCHED, at::BLOCKS] {
        l.table(4, 0);
        l.seti(store, entry);
    }
}

/// `[0 +1 m]` A function that has the world, the store, the halls and the queue.
fn function(l: State, own: [Int; 4], f: Verb) {
    own.iter().for_each(|&i| l.dup(i));
    l.function(f, 4);
}

/// `[0 0 m]` Adds functions to the table on top.
fn functions(l: State, own: [Int; 4], named: &[Named]) {
    for &(name, f) in named {
        function(l, own, f);
        l.set_field(-2, name);
    }
}

/// `[0 +1 m]` A function that has the value on top besides.
fn function_with_top(l: State, own: [Int; 4], f: Verb) {
    let extra = l.top();
    own.iter().for_each(|&i| l.dup(i));
    l.dup(extra);
    l.function(f, 5);
}

/// `[0 0 m]` The metatables. `getmetatable` shows only a facade: what a script
/// may borrow from it is the table of methods.
fn metatables(l: State, own: [Int; 4]) {
    let store = own[1];
    object(l, own, c"ManyToManyChannel", CHANNEL_METHODS, [chan::index, chan::length, chan::show]);
    // Its facade's table of methods.
    l.field(-1, c"__metatable");
    l.field(-1, c"__index");
    l.remove(-2);
    l.seti(store, at::CLASS);
    l.seti(store, at::CHANNEL);
    for kind in [Kind::Fixed, Kind::Dropping, Kind::Sliding, Kind::Promise] {
        let name = buffer::kind_name(kind);
        object(l, own, name, BUFFER_METHODS, [buffer::index, buffer::length, buffer::show]);
        l.seti(store, at::BUFFER + kind as u32);
    }
    l.table(0, 2);
    function(l, own, park::sentinel_gone);
    l.set_field(-2, c"__gc");
    l.bool(false);
    l.set_field(-2, c"__metatable");
    l.seti(store, at::SENTINEL);
}

/// `[0 +1 m]` The metatable of objects with these methods, which shows itself
/// as a facade.
fn object(l: State, own: [Int; 4], name: &CStr, methods: &[Named], meta: [Verb; 3]) {
    l.table(0, 6);
    let mt = l.top();
    l.table(0, methods.len() as u32 + 1);
    functions(l, own, methods);
    // Objects tell their class by it.
    l.dup(-1);
    l.set_field(-2, c"type");
    function_with_top(l, own, meta[0]);
    l.set_field(mt, c"__index");
    function(l, own, meta[1]);
    l.set_field(mt, c"__len");
    function(l, own, meta[2]);
    l.set_field(mt, c"__tostring");
    l.text(name.to_bytes());
    l.set_field(mt, c"__name");
    l.table(0, 2);
    l.insert(-2);
    l.set_field(-2, c"__index");
    l.text(name.to_bytes());
    l.set_field(-2, c"__name");
    l.set_field(mt, c"__metatable");
}

/// `setup{…}`: what the front door, written in Lua, gives to the native part.
extern "C-unwind" fn setup(l: State) -> Int {
    for (name, entry) in [
        (c"reduced", at::REDUCED),
        (c"foreign_put", at::FOREIGN_PUT),
        (c"foreign_take", at::FOREIGN_TAKE),
        (c"foreign_alts", at::FOREIGN_ALTS),
        (c"foreign_close", at::FOREIGN_CLOSE),
        (c"take_first", at::TAKE_FIRST),
        (c"empty", at::EMPTY),
        (c"call", at::CALL),
    ] {
        l.field(1, name);
        l.seti(STORE, entry);
    }
    l.geti(STORE, at::CLASS);
    1
}
