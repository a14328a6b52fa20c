//! Taking one value: with a callback, only if possible, parking, blocking.

use super::chan::Channel;
use super::core::{Cx, HALLS, READY, STORE, Waiter, at, enter};
use super::park::{self, Held, Keep};
use super::step::{Step, decide_take, finish_take, take_now};
use super::{args, hook};
use crate::chan::Side;
use crate::lua::{Int, Ref, State};

const TAKE_ASYNC: &str = "async.take_async (take!)";
const TRY_TAKE: &str = "async.try_take (poll!)";
const PARK_TAKE: &str = "async.park_take (<!)";
const BLOCK_TAKE: &str = "async.block_take (<!!)";
const TAKE: &str = "async.take";
const ITER: &str = "channel:iter";

/// `[? +2 e]` Takes from the user's own object at 1: whether it is done, and the
/// value or the channel on which it will come.
fn foreign(l: Cx, blockable: bool, callback: bool) {
    l.set_top(2);
    if !callback {
        l.set_top(1);
        l.nil();
    }
    l.geti(STORE, at::FOREIGN_TAKE);
    l.insert(1);
    l.bool(blockable);
    l.call(3, 2);
}

/// `take_async(channel, callback, on_caller?)`
pub extern "C-unwind" fn take_async(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    let port = args::port(l, 1, TAKE_ASYNC);
    args::callable(l, 2, TAKE_ASYNC);
    let on_caller = l.top() < 3 || l.truthy(3);
    let args::Port::Native(c) = port else {
        foreign(l, true, true);
        return 0;
    };
    l.set_top(2);
    loop {
        // The callback may have to be queued.
        let step = decide_take(l, c, None, 1);
        if finish_take(l, 1, c, step) {
            args::answer(l, 2, on_caller);
            return 0;
        }
        if let Some(place) = park::stand(l, c, Side::Take, Waiter::Call) {
            park::anchor(l, 1, c, place, Keep::At(2), None);
            return 0;
        }
        park::make_room(l, 1, c, Side::Take, TAKE_ASYNC);
    }
}

/// `try_take(channel) -> value | nil`
pub extern "C-unwind" fn try_take(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    match args::port(l, 1, TRY_TAKE) {
        args::Port::Native(c) => {
            if !take_now(l, 1, c) {
                l.nil();
            }
        }
        args::Port::Foreign => {
            foreign(l, false, false);
            if !l.truthy(-2) {
                l.nil();
            }
        }
    }
    1
}

/// `[? +1 e]` Takes from the channel at 1, or parks until there is a value.
pub fn park_on(l: Cx, c: Ref<Channel>, function: &str) -> Int {
    loop {
        let step = decide_take(l, c, Some(park::here(l)), 0);
        match step {
            Step::Warm(mark) => return l.park(mark as u32, true, false),
            Step::Stands => return park::leave(l, c, None),
            _ => {}
        }
        if finish_take(l, 1, c, step) {
            return 1;
        }
        park::make_room(l, 1, c, Side::Take, function);
    }
}

/// `[? +1 e]` Takes from the channel at 1, or blocks until there is a value.
pub fn block_on(l: Cx, c: Ref<Channel>, function: &str) -> Int {
    loop {
        if take_now(l, 1, c) {
            return 1;
        }
        let id = park::block(l, false);
        if let Some(place) = park::stand(l, c, Side::Take, Waiter::Block(id)) {
            park::anchor(l, 1, c, place, Keep::Nothing, None);
            park::wait(l, id, Held::Plain(Waiter::Block(id), place, Side::Take), function);
            return 1;
        }
        park::make_room(l, 1, c, Side::Take, function);
    }
}

/// What is to be taken from.
enum Source {
    /// The channel at 1.
    Channel(Ref<Channel>),
    /// The user's own object at 1.
    Foreign,
    /// The answer is on top already.
    Answer,
}

/// `[? +(0|1) e]`
#[inline]
fn source(l: Cx, function: &str) -> Source {
    match l.udata(1) {
        Some(c) => Source::Channel(c),
        None => other_source(l, function),
    }
}

/// `[? +(0|1) e]` There is no native channel at 1. With a number `take` is the
/// combinator `take(n, channel, buffer?)`, which is written in Lua.
#[cold]
fn other_source(l: Cx, function: &str) -> Source {
    if function != TAKE || l.number(1).is_none() {
        args::port(l, 1, function);
        return Source::Foreign;
    }
    let n = l.top();
    l.geti(STORE, at::TAKE_FIRST);
    l.insert(1);
    l.call(n, 1);
    Source::Answer
}

/// `[? +1 e]` Takes from the user's own object at 1. If that has no answer yet, it
/// will come on a channel, which is at 1 then.
fn ask(l: Cx, function: &str) -> Option<Ref<Channel>> {
    foreign(l, true, false);
    if l.truthy(-2) {
        return None;
    }
    l.replace(1);
    Some(args::chan(l, 1, function))
}

fn park(l: Cx, function: &str) -> Int {
    hook::operation(l);
    let source = source(l, function);
    if matches!(source, Source::Answer) {
        return 1;
    }
    park::must_yield(l, function);
    match source {
        Source::Channel(c) => park_on(l, c, function),
        _ => ask(l, function).map_or(1, |c| park_on(l, c, function)),
    }
}

fn block(l: Cx, function: &str) -> Int {
    hook::operation(l);
    let source = source(l, function);
    if matches!(source, Source::Answer) {
        return 1;
    }
    park::must_block(l, function);
    match source {
        Source::Channel(c) => block_on(l, c, function),
        _ => ask(l, function).map_or(1, |c| block_on(l, c, function)),
    }
}

/// `park_take(channel) -> value | nil`
pub extern "C-unwind" fn park_take(l: State) -> Int {
    let l = enter(l);
    park(l, PARK_TAKE)
}

/// `block_take(channel) -> value | nil`
pub extern "C-unwind" fn block_take(l: State) -> Int {
    let l = enter(l);
    block(l, BLOCK_TAKE)
}

/// `take(channel) -> value | nil` Parks in a coroutine, blocks on the main
/// thread. `take(n, channel, buffer?) -> channel` is the combinator.
pub extern "C-unwind" fn take(l: State) -> Int {
    let l = enter(l);
    if l.is_main() { block(l, TAKE) } else { park(l, TAKE) }
}

/// `for value in channel:iter() do`
pub extern "C-unwind" fn iter(l: State) -> Int {
    let l = enter(l);
    args::chan(l, 1, ITER);
    l.set_top(1);
    for kept in [State::WORLD, STORE, HALLS, READY] {
        l.dup(kept);
    }
    l.function(take, 4);
    l.insert(1);
    2
}
