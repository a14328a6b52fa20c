//! Who runs the queued tasks: blocking operations, batches that interrupt a
//! program, and the explicit `run` and `step`.

use super::core::{Block, Core, Cx, Job, Load, Next, READY, STORE, Waiter, at, core, enter};
use super::park::{self, Held, withdraw};
use super::{args, errors, go, hook, preempt, slow, timer, wake, warm};
use crate::lua::{Int, State};
use crate::sched::{BATCH, Work};
use crate::sys::clock;

/// How waiting ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Done,
    /// Nothing is left that could bring it about.
    Never,
    /// An error is on top.
    Failed,
}

/// What one turn did.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Idle,
    Ran,
    /// The blocking operation of this number has its value.
    Unblocked(u32),
    /// A go block has taken all of its time, and not for the first time.
    Long,
}

/// `[-(1+args) +(0|1) -]` Calls a function that runs tasks; false: an error is
/// on top. The running coroutine is the same afterwards.
fn guarded(l: Cx, args: Int, results: Int) -> bool {
    let current = l.set_current(None);
    let ok = l.pcall(args, results, 0);
    l.set_current(current);
    warm::cool(l);
    ok
}

/// `[-(1+args) 0 -]` The same for whom an error does not concern: it is reported.
pub fn shielded(l: Cx, args: Int) {
    if !guarded(l, args, 0) {
        errors::report(l, None, None);
    }
}

/// `[0 +(0|1) -]` Runs others until a blocking operation has its value. If it has
/// to give up, the operation is withdrawn.
pub fn until(l: Cx, id: u32, held: Held) -> Outcome {
    let done = |w: &mut Core| w.blocks.iter().any(|b| b.id == id && b.done);
    drive(l, |l| core(l, done), |l| withdraw(l, held), Some(id))
}

/// `[0 +(0|1) -]` Runs others until `done`, and sleeps while there is nothing to
/// run. Gives up when that is of no use or fails, unless `abandon` finds that it
/// is too late for that: the value is under way.
fn drive(l: Cx, done: impl Fn(Cx) -> bool, abandon: impl Fn(Cx) -> bool, id: Option<u32>) -> Outcome {
    let in_turn = core(l, Core::begin_pumping);
    let work = slow::pause(l);
    let outcome = loop {
        if !step_on(l, id) {
            if abandon(l) {
                break Outcome::Failed;
            }
            errors::report(l, None, None);
            if let Some(id) = id {
                unblock_early(l, id);
            }
        }
        if done(l) {
            break Outcome::Done;
        }
        if !core(l, |w| w.is_pending()) && abandon(l) {
            break Outcome::Never;
        }
    };
    wake::sweep(l);
    core(l, |w| w.end_pumping(in_turn));
    if let Some(work) = work {
        slow::end(l, work);
    }
    outcome
}

/// `[0 +(0|1) -]` Runs a batch, or sleeps until there is one; false: an error is
/// on top.
fn step_on(l: Cx, id: Option<u32>) -> bool {
    if !round(l, id) {
        return false;
    }
    let finished = |b: &Block| Some(b.id) == id && b.done;
    if core(l, |w| !w.ready.is_empty() || w.blocks.iter().any(finished)) {
        return true;
    }
    wake::sweep(l);
    match core(l, |w| w.timers.first()) {
        Some((deadline, _)) => sleep(l, deadline),
        None => true,
    }
}

/// `[0 +(0|1) -]` Fires what is due and runs a batch; false: an error is on top.
fn round(l: Cx, id: Option<u32>) -> bool {
    l.geti(STORE, at::PUMP);
    l.int(BATCH);
    match id {
        Some(id) => l.int(id),
        None => l.nil(),
    }
    // A signal handler of the host may have left a hook for the main thread.
    l.geti(STORE, at::EMPTY);
    if !l.pcall(0, 0, 0) {
        l.insert(-4);
        l.pop(3);
        return false;
    }
    guarded(l, 2, 0)
}

/// `[0 +(0|1) -]` Sleeps until then; false: an error is on top. A signal ends
/// the sleep; the next round lets its handler speak.
fn sleep(l: Cx, deadline: u64) -> bool {
    let now = clock::now();
    if deadline <= now {
        return true;
    }
    let slept = core(l, |w| w.nap.sleep(deadline - now).is_ok());
    if !slept {
        l.text(b"async: the operating system does not let this thread sleep");
    }
    slept
}

/// The table of jobs on the stack of `pump`, where it is at hand.
const JOBS: Int = 3;

/// `(max, id?) -> count` Fires what is due, then runs up to `max` tasks, or
/// until the blocking operation `id` has its value.
pub extern "C-unwind" fn pump(l: State) -> Int {
    let l = enter(l);
    let max = l.number(1).unwrap_or(0.0);
    let id = l.number(2).map(|id| id as u32);
    l.set_top(2);
    l.dup(READY);
    timer::fire_due(l);
    let mut ran = 0u32;
    while f64::from(ran) < max {
        let tired = if l.is_watching() { core(l, |w| w.tired) } else { u32::MAX };
        match turn(l, JOBS) {
            Turn::Idle => break,
            Turn::Unblocked(of) if Some(of) == id => {
                ran += 1;
                break;
            }
            turn => {
                ran += 1;
                // Whoever was interrupted is not to wait for all others like it.
                if turn == Turn::Long || core(l, |w| w.tired) > tired {
                    break;
                }
            }
        }
    }
    l.int(ran);
    1
}

/// `() -> nothing` One batch.
pub extern "C-unwind" fn batch(l: State) -> Int {
    let l = enter(l);
    l.set_top(0);
    l.int(BATCH);
    pump(*l);
    wake::sweep(l);
    0
}

/// `[0 0 m]` Runs the oldest task; `top` values are on the stack.
#[inline]
fn turn(l: Cx, top: Int) -> Turn {
    match core(l, Core::next) {
        Next::Idle => Turn::Idle,
        Next::Go(co) => {
            go::rerun(l, co, true);
            Turn::Ran
        }
        Next::Thread(co) => {
            go::rerun(l, co, false);
            Turn::Ran
        }
        Next::Other => any_turn(l, top),
    }
}

/// `[0 0 m]` Another task is the oldest now, which may be one that is kept.
#[cold]
fn another_turn(l: Cx, top: Int) -> Turn {
    turn(l, top)
}

/// `[0 0 m]` The same, whoever it is.
fn any_turn(l: Cx, top: Int) -> Turn {
    if core(l, |w| w.has_tired()) {
        if !preempt::let_pass(l) {
            return Turn::Idle;
        }
        if !core(l, |w| w.has_tired()) {
            return another_turn(l, top);
        }
    }
    let popped = core(l, |w| match w.ready.front() {
        Some(job) if job.needs_pair() => None,
        _ => w.pop(),
    });
    let Some((job, slot, warming)) = popped.or_else(|| with_pair(l)) else {
        return another_turn(l, top);
    };
    let slot = slot * wake::STRIDE;
    if let Waiter::Block(id) = job.who {
        unblock(l, id, job.alts, slot);
        return Turn::Unblocked(id);
    }
    let runs = top + if job.alts { 2 } else { 1 };
    l.geti(JOBS, slot + 1);
    if let Some(entry) = warming {
        warm::keep(l, entry);
    }
    if job.with == Load::Queued {
        wake::push_entry(l, JOBS, slot + 2);
        if job.alts {
            pair_up(l, top + 1, slot + 3);
        }
    }
    let turn = run_job(l, job, runs);
    l.set_top(top);
    turn
}

/// `[? +? m]` Runs a task that has left the queue: its callback, or its coroutine, is at
/// `runs`, and above it what it gets.
#[inline(always)]
fn run_job(l: Cx, job: Job, runs: Int) -> Turn {
    match job.who {
        Waiter::Call => {
            call(l, runs, runs + 1);
            Turn::Ran
        }
        Waiter::Go(p) if job.with == Load::Suspended => {
            core(l, |w| w.tired -= 1);
            if go::go_on(l, p.co()) { Turn::Long } else { Turn::Ran }
        }
        Waiter::Go(p) => {
            go::resume(l, p, true, job.with);
            Turn::Ran
        }
        Waiter::Thread(p) => {
            go::resume(l, p, false, job.with);
            Turn::Ran
        }
        Waiter::Block(_) | Waiter::Silent | Waiter::Handler => Turn::Ran,
    }
}

/// `[0 +(0|1) m]` The oldest task, and below an `alts` a table for its result:
/// what can fail comes before the task leaves the queue.
#[cold]
fn with_pair(l: Cx) -> Option<(Job, u32, Option<u32>)> {
    l.table(2, 0);
    // Making the table may have run a finalizer that ran this task.
    if core(l, |w| w.ready.front()).is_some_and(|job| job.needs_pair()) {
        return core(l, |w| w.pop());
    }
    l.pop(1);
    None
}

/// `[0 0 -]` Completes the pair of value and port; it replaces the value on top.
fn pair_up(l: Cx, pair: Int, port: u32) {
    l.seti(pair, 1);
    l.geti(READY, port);
    l.seti(pair, 2);
    l.dup(pair);
}

/// `[0 0 -]` A blocking operation gets what the job in this slot holds.
fn unblock(l: Cx, id: u32, alts: bool, slot: u32) {
    let depth = core(l, |w| {
        let at = w.blocks.iter().position(|b| b.id == id)?;
        w.blocks[at].done = true;
        Some(at as u32 + 1)
    });
    let Some(depth) = depth else { return };
    let top = l.top();
    l.geti(STORE, at::BLOCKS);
    if alts && l.geti_table(-1, depth) {
        wake::push_entry(l, READY, slot + 2);
        l.seti(-2, 1);
        wake::push_entry(l, READY, slot + 3);
        l.seti(-2, 2);
    } else if !alts {
        wake::push_entry(l, READY, slot + 2);
        l.seti(-2, depth);
    }
    l.set_top(top);
}

/// `[0 0 -]` The task in front cannot be run for want of memory: the value of a
/// blocking operation is given out of turn, and its task does nothing later.
#[cold]
fn unblock_early(l: Cx, id: u32) {
    let nothing = Job { who: Waiter::Silent, alts: false, with: Load::Bare };
    let find = |job: &Job| job.who == Waiter::Block(id);
    if let Some((job, slot)) = core(l, |w| w.ready.replace(find, nothing)) {
        unblock(l, id, job.alts, slot * wake::STRIDE);
    }
}

/// `[0 0 -]` Calls a callback; its error is reported.
fn call(l: Cx, function: Int, value: Int) {
    l.geti(STORE, at::CATCH);
    let catch = l.top();
    let work = slow::begin_call(l, Work::Callback, function);
    l.dup(function);
    l.dup(value);
    if !l.pcall(1, 0, catch) {
        errors::report(l, None, None);
    }
    if let Some(work) = work {
        slow::end(l, work);
    }
}

const RUN: &str = "async.run";
const STEP: &str = "async.step";

/// `run() -> count`
pub extern "C-unwind" fn run(l: State) -> Int {
    let l = enter(l);
    park::must_block(l, RUN);
    let before = core(l, |w| w.tasks);
    let outcome = drive(l, |_| false, |_| true, None);
    hook::settle(l);
    hook::arm(l);
    if outcome == Outcome::Failed {
        l.fail();
    }
    l.int(core(l, |w| w.tasks) - before);
    1
}

/// `step(max?) -> count`
pub extern "C-unwind" fn step(l: State) -> Int {
    let l = enter(l);
    let max = if l.is_nil(1) { f64::from(BATCH) } else { args::number(l, 1, STEP) };
    park::must_run(l, STEP);
    if core(l, |w| w.busy > 0) {
        l.raise(format_args!("{STEP}: not from within a transducer"));
    }
    l.set_top(0);
    l.geti(STORE, at::PUMP);
    l.num(max);
    let in_turn = core(l, Core::begin_pumping);
    let ok = guarded(l, 1, 1);
    wake::sweep(l);
    core(l, |w| w.end_pumping(in_turn));
    hook::settle(l);
    hook::arm(l);
    if !ok {
        l.fail();
    }
    1
}

/// `dispatched() -> count`
pub extern "C-unwind" fn dispatched(l: State) -> Int {
    let l = enter(l);
    l.int(core(l, |w| w.ready.len()));
    1
}
