//! At most one of several operations.
//!
//! Nothing is enrolled while the ports are looked at, so an `alts` never meets
//! itself: it takes one of those that are ready, or stands at all of them.

use super::chan::{self, Channel};
use super::core::{Cx, STORE, Waiter, at, core, decide, enter};
use super::park::{self, Held, Keep};
use super::{args, hook};
use crate::chan::Side;
use crate::ids::Op;
use crate::lua::{Int, Ref, State};
use slotmap::Key;

const PARK_ALTS: &str = "async.park_alts (alts!)";
const BLOCK_ALTS: &str = "async.block_alts (alts!!)";
const ALTS: &str = "async.alts";

// Stack of an `alts`: the ports, the default, the pair that will be the result,
// and the channel and value of the port at hand.
const PORTS: Int = 1;
const DEFAULT: Int = 2;
const PAIR: Int = 3;
const CHAN: Int = 4;
const VALUE: Int = 5;

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

/// `[? ? e]` Puts the channel and value of the port at `i` to their places.
fn port(l: Cx, i: u32, function: &str) -> Port {
    l.set_top(PAIR);
    l.geti(PORTS, i);
    if let Some(c) = l.udata(CHAN) {
        return Port::Take(c);
    }
    if args::is_foreign(l, CHAN) {
        return Port::Foreign;
    }
    if l.is_table(CHAN) {
        l.geti(CHAN, 2);
        l.geti(CHAN, 1);
        l.replace(CHAN);
        let native = l.udata(CHAN);
        if native.is_some() || args::is_foreign(l, CHAN) {
            if l.is_nil(VALUE) {
                l.raise(format_args!("{function}: a channel cannot carry nil (port {i})"));
            }
            return native.map_or(Port::Foreign, Port::Put);
        }
    }
    let got = l.type_name(CHAN);
    l.raise(format_args!("{function}: channel or {{channel, value}} expected, got {got} (port {i})"))
}

/// `[? ? e]` Checks all ports before any is touched. True: some are the user's
/// own objects.
fn check(l: Cx, n: u32, function: &str) -> bool {
    let mut foreign = false;
    for i in 1..=n {
        foreign |= matches!(port(l, i, function), Port::Foreign);
    }
    foreign
}

/// `[? ? e]` Would this port complete now?
fn is_ready(l: Cx, i: u32, function: &str) -> bool {
    let Some((c, side)) = native(l, i, function) else {
        return false;
    };
    if core(l, |w| w.handlers) {
        chan::clear(l, c, side.other());
    }
    decide(l, c, |w, ch| {
        ch.mark = 0;
        ch.core.is_ready(&mut w.hall, side, Op::null())
    })
}

/// `[? ? e]` One of the ready ports: the first, or any with equal chances.
fn choose(l: Cx, n: u32, priority: bool, function: &str) -> Option<u32> {
    let (mut chosen, mut ready) = (None, 0);
    for i in 1..=n {
        if is_ready(l, i, function) {
            ready += 1;
            if chosen.is_none() || core(l, |w| w.random_below(ready)) == 0 {
                chosen = Some(i);
            }
            if priority {
                break;
            }
        }
    }
    chosen
}

/// `[? ? e]` Performs the operation of a port and fills the pair. False: it is
/// not ready any more.
fn perform(l: Cx, i: u32, function: &str) -> bool {
    let done = match port(l, i, function) {
        Port::Take(c) => chan::take_now(l, CHAN, c),
        Port::Put(c) => chan::put_now(l, CHAN, c, VALUE).inspect(|&ok| l.bool(ok)).is_some(),
        Port::Foreign => false,
    };
    if done {
        l.seti(PAIR, 1);
        l.dup(CHAN);
        l.seti(PAIR, 2);
    }
    done
}

/// `[? ? e]` Stands at every port. `None`: one became ready meanwhile.
fn enroll(l: Cx, n: u32, who: Waiter, function: &str) -> Option<Op> {
    // The k-th port on the same channel reserves room for k.
    for i in 1..=n {
        if let Some((c, side)) = native(l, i, function) {
            let times = c.update(|ch| {
                ch.mark += 1;
                ch.mark
            });
            park::reserve(l, CHAN, c, side, times);
        }
    }
    let Ok(op) = core(l, |w| w.hall.open_alts(n as usize).map_err(drop)) else { l.no_memory() };
    for i in 1..=n {
        let Some((c, side)) = native(l, i, function) else {
            continue;
        };
        // Reserving may have run a finalizer that made a port ready.
        let ready = decide(l, c, |w, ch| ch.core.is_ready(&mut w.hall, side, op));
        let place = if ready { None } else { park::stand_at(l, c, side, who, op, i) };
        let Some(place) = place else {
            park::withdraw(l, Held::Alts(op));
            if !ready {
                park::make_room(l, CHAN, c, side, function);
            }
            return None;
        };
        let keep = if matches!(who, Waiter::Block(_)) { Keep::Nothing } else { Keep::Coroutine };
        park::anchor(l, CHAN, c, place, keep, (side == Side::Put).then_some(VALUE));
    }
    Some(op)
}

/// `[? ? e]` The port at `i`, which is checked already.
fn native(l: Cx, i: u32, function: &str) -> Option<(Ref<Channel>, Side)> {
    match port(l, i, function) {
        Port::Take(c) => Some((c, Side::Take)),
        Port::Put(c) => Some((c, Side::Put)),
        Port::Foreign => None,
    }
}

/// How to wait.
#[derive(Clone, Copy)]
enum Wait {
    Park,
    Block,
}

fn alts(l: Cx, function: &str, wait: Wait) -> Int {
    hook::operation(l);
    if !l.is_table(PORTS) {
        l.bad_argument(function, "table of ports", PORTS);
    }
    match wait {
        Wait::Park => park::must_yield(l, function),
        Wait::Block => park::must_block(l, function),
    }
    let given = options(l, function);
    let n = l.len(PORTS) as u32;
    if n == 0 {
        l.raise(format_args!("{function}: at least one port expected, got an empty table (argument 1)"));
    }
    l.table(2, 0);
    if check(l, n, function) {
        return foreign(l, given, function, wait);
    }
    loop {
        if let Some(i) = choose(l, n, given.priority, function) {
            if perform(l, i, function) {
                l.set_top(PAIR);
                return 1;
            }
        } else if given.default {
            return default(l);
        } else if let Some(answer) = stand_and_wait(l, n, function, wait) {
            return answer;
        }
    }
}

/// `[? +1 e]` Waits at all ports, unless one became ready meanwhile.
fn stand_and_wait(l: Cx, n: u32, function: &str, wait: Wait) -> Option<Int> {
    match wait {
        Wait::Park => {
            let (who, mark) = park::coroutine(l);
            enroll(l, n, who, function)?;
            Some(l.park(mark, false))
        }
        Wait::Block => {
            let id = park::block(l);
            let op = enroll(l, n, Waiter::Block(id), function)?;
            park::wait(l, id, Held::Alts(op), function);
            Some(1)
        }
    }
}

/// `[? +1 e]`
fn default(l: Cx) -> Int {
    l.text(b"default");
    l.seti(PAIR, 2);
    l.dup(DEFAULT);
    l.seti(PAIR, 1);
    l.set_top(PAIR);
    1
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
        Wait::Block => super::take::block_on(l, answer, function),
    }
}

/// `park_alts(ports, options…) -> {value, port}`
pub extern "C-unwind" fn park_alts(l: State) -> Int {
    let l = enter(l);
    alts(l, PARK_ALTS, Wait::Park)
}

/// `block_alts(ports, options…) -> {value, port}`
pub extern "C-unwind" fn block_alts(l: State) -> Int {
    let l = enter(l);
    alts(l, BLOCK_ALTS, Wait::Block)
}

/// `alts(ports, options…) -> {value, port}` Parks in a coroutine, blocks on the
/// main thread.
pub extern "C-unwind" fn alts_here(l: State) -> Int {
    let l = enter(l);
    alts(l, ALTS, if l.is_main() { Wait::Block } else { Wait::Park })
}
