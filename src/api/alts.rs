//! At most one of several operations.
//!
//! Nothing is enrolled while the ports are looked at, so an `alts` never meets
//! itself: it takes one of those that are ready, or stands at all of them.

use super::chan::Channel;
use super::core::{Cx, STORE, Waiter, at, core, decide, enter};
use super::park::{self, Held, Keep};
use super::{args, hook, step};
use crate::chan::Side;
use crate::ids::Op;
use crate::lua::{Int, Ref, State};

const PARK_ALTS: &str = "async.park_alts (alts!)";
const BLOCK_ALTS: &str = "async.block_alts (alts!!)";
const ALTS: &str = "async.alts";

// Stack of an `alts`: the ports, the default, and the channel and value of the
// port at hand. When one is performed, the pair that will be the result is below.
const PORTS: Int = 1;
const DEFAULT: Int = 2;
const CHAN: Int = 3;
const PAIR: Int = 3;

#[derive(Clone, Copy, Default)]
struct Options {
    priority: bool,
    default: bool,
}

/// `[? ? e]` Reads `"default", v, "priority", true` or one table of them, and
/// leaves the default at its place.
fn options(l: Cx, function: &str) -> Options {
    if l.top() == 2 && l.is_nil(2) {
        l.set_top(1);
    }
    let n = l.top();
    let mut given = Options::default();
    if n == 2 && l.is_table(2) {
        l.text(b"priority");
        l.get(2);
        given.priority = l.truthy(-1);
        l.text(b"default");
        l.get(2);
        given.default = !l.is_nil(-1);
        l.replace(DEFAULT);
    } else {
        l.nil();
        for i in (2..n + 1).step_by(2) {
            match l.bytes(i) {
                Some(b"priority") if i < n => given.priority = l.truthy(i + 1),
                Some(b"default") if i < n => {
                    given.default = true;
                    l.dup(i + 1);
                    l.replace(n + 1);
                }
                Some(b"priority" | b"default") => {
                    l.raise(format_args!("{function}: an option needs a value (argument {i})"))
                }
                _ => l.bad_argument(function, "option \"default\" or \"priority\"", i),
            }
        }
        l.replace(DEFAULT);
    }
    l.set_top(DEFAULT);
    given
}

/// What stands at one position.
#[derive(Clone, Copy)]
enum Port {
    Take(Ref<Channel>),
    Put(Ref<Channel>),
    Foreign,
}

/// `[? ? e]` Puts the channel of the port at `i` to `at`, and its value above.
fn port(l: Cx, i: u32, at: Int, function: &str) -> Port {
    l.set_top(at - 1);
    l.geti(PORTS, i);
    if let Some(c) = l.udata(at) {
        return Port::Take(c);
    }
    if args::is_foreign(l, at) {
        return Port::Foreign;
    }
    if l.is_table(at) {
        l.geti(at, 2);
        l.geti(at, 1);
        l.replace(at);
        let native = l.udata(at);
        if native.is_some() || args::is_foreign(l, at) {
            if l.is_nil(at + 1) {
                l.raise(format_args!("{function}: a channel cannot carry nil (port {i})"));
            }
            return native.map_or(Port::Foreign, Port::Put);
        }
    }
    let got = l.type_name(at);
    l.raise(format_args!("{function}: channel or {{channel, value}} expected, got {got} (port {i})"))
}

/// `[? ? e]` The port at `i` if it is native: its channel, and where it wants to
/// stand.
fn native(l: Cx, i: u32, function: &str) -> Option<(Ref<Channel>, Side)> {
    match port(l, i, CHAN, function) {
        Port::Take(c) => Some((c, Side::Take)),
        Port::Put(c) => Some((c, Side::Put)),
        Port::Foreign => None,
    }
}

/// `[? ? -]` The same for a port that has been looked at; no code of the user's
/// runs. `None`: it is not what it was.
fn known(l: Cx, i: u32) -> Option<(Ref<Channel>, Side)> {
    l.set_top(CHAN - 1);
    l.geti(PORTS, i);
    if let Some(c) = l.udata(CHAN) {
        return Some((c, Side::Take));
    }
    if !l.is_table(CHAN) {
        return None;
    }
    l.geti(CHAN, 2);
    l.geti(CHAN, 1);
    l.replace(CHAN);
    let c = l.udata(CHAN)?;
    (!l.is_nil(CHAN + 1)).then_some((c, Side::Put))
}

/// What a look at all ports found.
#[derive(Clone, Copy)]
enum Found {
    /// This one can be performed.
    Ready(u32),
    Nothing,
    /// Some are the user's own objects.
    Foreign,
}

/// `[? ? e]` Checks all ports, and chooses of those that are ready the first, or
/// any with equal chances. Nothing is touched.
fn look(l: Cx, n: u32, priority: bool, function: &str) -> Found {
    let (mut found, mut ready) = (Found::Nothing, 0);
    for i in 1..=n {
        let Some((c, side)) = native(l, i, function) else {
            found = Found::Foreign;
            continue;
        };
        let is_ready = decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, side));
        if is_ready && !matches!(found, Found::Foreign) {
            ready += 1;
            if ready == 1 || !priority && core(l, |w| w.random_below(ready)) == 0 {
                found = Found::Ready(i);
            }
        }
    }
    found
}

/// `[? ? e]` Handler objects that wait where the ports would find a partner are
/// asked whether they still do.
#[cold]
fn ask_handlers(l: Cx, n: u32, function: &str) {
    for i in 1..=n {
        if let Some((c, side)) = native(l, i, function) {
            step::clear(l, c, side.other());
        }
    }
}

/// `[? ? e]` Performs the operation of a port; the pair of value and port is the
/// result. False: it is not ready any more.
fn perform(l: Cx, i: u32, function: &str) -> bool {
    l.set_top(DEFAULT);
    l.table(2, 0);
    let at = PAIR + 1;
    let done = match port(l, i, at, function) {
        Port::Take(c) => step::take_now(l, at, c),
        Port::Put(c) => step::put_now(l, at, c, at + 1).inspect(|&ok| l.bool(ok)).is_some(),
        Port::Foreign => false,
    };
    if done {
        l.seti(PAIR, 1);
        l.dup(at);
        l.seti(PAIR, 2);
        l.set_top(PAIR);
    }
    done
}

/// `[? +1 e]`
fn default(l: Cx) -> Int {
    l.set_top(DEFAULT);
    l.table(2, 0);
    l.text(b"default");
    l.seti(PAIR, 2);
    l.dup(DEFAULT);
    l.seti(PAIR, 1);
    1
}

/// `[? ? e]` Stands at every port. `None`: there was no room, and now there is;
/// making it may have changed everything.
fn enroll(l: Cx, n: u32, who: Waiter, function: &str) -> Option<Op> {
    let Ok(op) = core(l, |w| w.hall.open_alts(n as usize).map_err(drop)) else { l.no_memory() };
    for i in 1..=n {
        let port = known(l, i);
        let place = port.and_then(|(c, side)| park::stand_at(l, c, side, who, op, i));
        let (Some((c, side)), Some(place)) = (port, place) else {
            park::withdraw(l, Held::Alts(op));
            if let Some((c, side)) = port {
                park::make_room(l, CHAN, c, side, function);
                reserve(l, n);
            }
            return None;
        };
        let keep = if matches!(who, Waiter::Block(_)) { Keep::Nothing } else { Keep::Coroutine };
        park::anchor(l, CHAN, c, place, keep, (side == Side::Put).then_some(CHAN + 1));
    }
    Some(op)
}

/// `[? ? e]` Makes room at every port: at the k-th on the same channel, for k.
#[cold]
fn reserve(l: Cx, n: u32) {
    for i in 1..=n {
        if let Some((c, _)) = known(l, i) {
            c.update(|ch| ch.mark = 0);
        }
    }
    for i in 1..=n {
        if let Some((c, side)) = known(l, i) {
            let times = c.update(|ch| {
                ch.mark += 1;
                ch.mark
            });
            park::reserve(l, CHAN, c, side, times);
        }
    }
}

/// How to wait.
#[derive(Clone, Copy)]
enum Wait {
    Park,
    /// The number of the blocking operation.
    Block(u32),
}

fn alts(l: Cx, function: &str, blocks: bool) -> Int {
    hook::operation(l);
    if !l.is_table(PORTS) {
        l.bad_argument(function, "table of ports", PORTS);
    }
    let wait = if blocks {
        park::must_block(l, function);
        Wait::Block(park::block(l, true))
    } else {
        park::must_yield(l, function);
        Wait::Park
    };
    let given = options(l, function);
    let n = l.len(PORTS) as u32;
    if n == 0 {
        l.raise(format_args!("{function}: at least one port expected, got an empty table (argument 1)"));
    }
    loop {
        if core(l, |w| w.handlers) {
            ask_handlers(l, n, function);
        }
        match look(l, n, given.priority, function) {
            Found::Ready(i) if perform(l, i, function) => return 1,
            Found::Ready(_) => {}
            Found::Foreign => return foreign(l, given, function, wait),
            Found::Nothing if given.default => return default(l),
            Found::Nothing => {
                if let Some(answer) = stand_and_wait(l, n, function, wait) {
                    return answer;
                }
            }
        }
    }
}

/// `[? +1 e]` Waits at all ports, unless room had to be made.
fn stand_and_wait(l: Cx, n: u32, function: &str, wait: Wait) -> Option<Int> {
    match wait {
        Wait::Park => {
            let (who, mark) = park::coroutine(l);
            enroll(l, n, who, function)?;
            Some(l.park(mark, who.carrier().is_some(), false))
        }
        Wait::Block(id) => {
            let op = enroll(l, n, Waiter::Block(id), function)?;
            park::wait(l, id, Held::Alts(op), function);
            Some(1)
        }
    }
}

/// `[? +1 e]` With ports that are the user's own objects: Lua does it, through
/// their methods, and answers with the result or a channel on which it comes.
fn foreign(l: Cx, given: Options, function: &str, wait: Wait) -> Int {
    l.set_top(DEFAULT);
    l.geti(STORE, at::FOREIGN_ALTS);
    l.insert(PORTS);
    l.bool(given.priority);
    l.bool(given.default);
    l.call(4, 2);
    if l.truthy(1) {
        return 1;
    }
    l.remove(1);
    let answer = args::chan(l, 1, function);
    match wait {
        Wait::Park => super::take::park_on(l, answer, function),
        Wait::Block(_) => super::take::block_on(l, answer, function),
    }
}

/// `park_alts(ports, options…) -> {value, port}`
pub extern "C-unwind" fn park_alts(l: State) -> Int {
    let l = enter(l);
    alts(l, PARK_ALTS, false)
}

/// `block_alts(ports, options…) -> {value, port}`
pub extern "C-unwind" fn block_alts(l: State) -> Int {
    let l = enter(l);
    alts(l, BLOCK_ALTS, true)
}

/// `alts(ports, options…) -> {value, port}` Parks in a coroutine, blocks on the
/// main thread.
pub extern "C-unwind" fn alts_here(l: State) -> Int {
    let l = enter(l);
    alts(l, ALTS, l.is_main())
}
