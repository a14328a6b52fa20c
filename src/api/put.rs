//! Putting one value: with a callback, only if possible, parking, blocking.

use super::chan::Channel;
use super::core::{Cx, STORE, Waiter, at, enter};
use super::park::{self, Held, Keep};
use super::step::{Step, decide_put, finish_put, put_now};
use super::{args, hook};
use crate::chan::Side;
use crate::lua::{Int, Ref, State};

const PUT_ASYNC: &str = "async.put_async (put!)";
const TRY_PUT: &str = "async.try_put (offer!)";
const PARK_PUT: &str = "async.park_put (>!)";
const BLOCK_PUT: &str = "async.block_put (>!!)";
const PUT: &str = "async.put";

/// How a put on the user's own object went.
enum Foreign {
    Done,
    /// The answer will come on a channel, which is at 1 now.
    Pending(Ref<Channel>),
}

/// `[? +1 e]` Puts into the object at 1.
fn foreign(l: Cx, function: &str, blockable: bool, callback: bool) -> Foreign {
    l.set_top(3);
    l.geti(STORE, at::FOREIGN_PUT);
    l.insert(1);
    if !callback {
        l.pop(1);
        l.nil();
    }
    l.bool(blockable);
    l.call(4, 2);
    if l.truthy(1) || callback {
        return Foreign::Done;
    }
    l.remove(1);
    Foreign::Pending(args::chan(l, 1, function))
}

/// `put_async(channel, value, callback?, on_caller?) -> boolean`
pub extern "C-unwind" fn put_async(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    let port = args::port(l, 1, PUT_ASYNC);
    args::value(l, 2, PUT_ASYNC);
    let called = args::optional_callable(l, 3, PUT_ASYNC);
    let on_caller = l.top() < 4 || l.truthy(4);
    let args::Port::Native(c) = port else {
        foreign(l, PUT_ASYNC, true, true);
        l.bool(!l.truthy(1) || l.truthy(2));
        return 1;
    };
    l.set_top(3);
    loop {
        // The callback may have to be queued.
        let step = decide_put(l, 1, c, None, 1);
        if let Some(accepted) = finish_put(l, 1, c, 2, step) {
            l.bool(accepted);
            if called {
                args::answer(l, 3, on_caller);
            }
            return 1;
        }
        let who = if called { Waiter::Call } else { Waiter::Silent };
        if let Some(place) = park::stand(l, c, Side::Put, who) {
            park::anchor(l, 1, c, place, Keep::At(3), Some(2));
            l.bool(true);
            return 1;
        }
        park::make_room(l, 1, c, Side::Put, PUT_ASYNC);
    }
}

/// `try_put(channel, value) -> true | false if closed | nil if not now`
pub extern "C-unwind" fn try_put(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    let port = args::port(l, 1, TRY_PUT);
    args::value(l, 2, TRY_PUT);
    match port {
        args::Port::Native(c) => match put_now(l, 1, c, 2) {
            Some(accepted) => l.bool(accepted),
            None => l.nil(),
        },
        args::Port::Foreign => {
            foreign(l, TRY_PUT, false, true);
            if !l.truthy(1) {
                l.nil();
            }
        }
    }
    1
}

/// `offer_each(list, value, from, to) -> place?` Puts to the channels at these
/// places of the list, as far as that is possible now: answers the first place
/// where it was not, or where there is no native channel.
pub extern "C-unwind" fn offer_each(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    if !l.is_table(1) {
        l.bad_argument(TRY_PUT, "table", 1);
    }
    args::value(l, 2, TRY_PUT);
    let (from, to) = (args::number(l, 3, TRY_PUT) as u32, args::number(l, 4, TRY_PUT) as u32);
    for at in from..=to {
        l.set_top(4);
        l.geti(1, at);
        let accepted = match l.udata::<Channel>(5) {
            Some(c) => put_now(l, 5, c, 2) == Some(true),
            None => false,
        };
        if !accepted {
            l.int(at);
            return 1;
        }
    }
    l.nil();
    1
}

/// `[? +1 e]` Puts, or parks the coroutine until the value is taken.
fn park(l: Cx, function: &str) -> Int {
    hook::operation(l);
    let port = args::port(l, 1, function);
    args::value(l, 2, function);
    park::must_yield(l, function);
    let args::Port::Native(c) = port else {
        return match foreign(l, function, true, false) {
            Foreign::Done => 1,
            Foreign::Pending(answer) => super::take::park_on(l, answer, function),
        };
    };
    loop {
        let step = decide_put(l, 1, c, Some(park::here(l)), 0);
        match step {
            Step::Warm(mark) => {
                l.set_top(2);
                return l.park(mark as u32, true, true);
            }
            Step::Stands => return park::leave(l, c, Some(2)),
            _ => {}
        }
        if let Some(accepted) = finish_put(l, 1, c, 2, step) {
            l.bool(accepted);
            return 1;
        }
        park::make_room(l, 1, c, Side::Put, function);
    }
}

/// `[? +1 e]` Puts, or blocks the main thread until the value is taken.
fn block(l: Cx, function: &str) -> Int {
    hook::operation(l);
    let port = args::port(l, 1, function);
    args::value(l, 2, function);
    park::must_block(l, function);
    let args::Port::Native(c) = port else {
        return match foreign(l, function, true, false) {
            Foreign::Done => 1,
            Foreign::Pending(answer) => super::take::block_on(l, answer, function),
        };
    };
    loop {
        if let Some(accepted) = put_now(l, 1, c, 2) {
            l.bool(accepted);
            return 1;
        }
        let id = park::block(l, false);
        if let Some(place) = park::stand(l, c, Side::Put, Waiter::Block(id)) {
            park::anchor(l, 1, c, place, Keep::Nothing, Some(2));
            park::wait(l, id, Held::Plain(Waiter::Block(id), place, Side::Put), function);
            return 1;
        }
        park::make_room(l, 1, c, Side::Put, function);
    }
}

/// `park_put(channel, value) -> boolean`
pub extern "C-unwind" fn park_put(l: State) -> Int {
    let l = enter(l);
    park(l, PARK_PUT)
}

/// `block_put(channel, value) -> boolean`
pub extern "C-unwind" fn block_put(l: State) -> Int {
    let l = enter(l);
    block(l, BLOCK_PUT)
}

/// `put(channel, value) -> boolean` Parks in a coroutine, blocks on the main
/// thread.
pub extern "C-unwind" fn put(l: State) -> Int {
    let l = enter(l);
    if l.is_main() { block(l, PUT) } else { park(l, PUT) }
}
