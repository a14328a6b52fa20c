//! What the library keeps for one Lua state, and the names of what it keeps in
//! Lua tables.

use super::chan::Channel;
use super::go::ORPHANS;
use super::preempt::Suspended;
use super::warm::Warm;
use crate::chan::{Hall, Meeting, Party, Place};
use crate::lua::{Int, PER_COROUTINE, Parked, Ref, State};
use crate::sched::{Pace, Ready, Slices, Timers};
use crate::sys::nap::Nap;

/// Who waits behind an operation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Waiter {
    /// A go block; anchored is its coroutine.
    Go(Parked),
    /// Any other coroutine; anchored is the same.
    Thread(Parked),
    /// A callback; anchored is the function.
    Call,
    /// Nobody: a put without a callback.
    Silent,
    /// The main thread, in the blocking operation of this number.
    Block(u32),
    /// A handler object of the user's; anchored is the object.
    Handler,
}

/// A running coroutine: did the library resume it, and is it a go block?
#[derive(Clone, Copy)]
pub struct Here {
    pub co: State,
    pub ours: bool,
    pub go: bool,
}

impl Here {
    /// Who waits when it parks.
    #[inline]
    pub fn party(self, parked: Parked) -> Waiter {
        if self.go { Waiter::Go(parked) } else { Waiter::Thread(parked) }
    }
}

impl Waiter {
    /// The coroutine that carries its values on its own stack while it waits.
    #[inline(always)]
    pub fn carrier(self) -> Option<Parked> {
        match self {
            Waiter::Go(p) | Waiter::Thread(p) if p.is_marked() => Some(p),
            _ => None,
        }
    }
}

impl Party for Waiter {
    fn is_waiting(&self) -> bool {
        match self {
            Waiter::Go(p) | Waiter::Thread(p) => p.is_waiting(),
            _ => true,
        }
    }
}

/// Where the value is that a task gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Load {
    /// In the table of jobs.
    Queued,
    /// On the stack of the coroutine already.
    Served,
    /// There is none: a go block that yielded of itself has its next turn.
    Bare,
    /// Neither, since it was suspended in the middle of its work.
    Suspended,
}

/// A task that is queued to run.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub who: Waiter,
    /// The value goes out together with its channel.
    pub alts: bool,
    pub with: Load,
}

impl Job {
    /// Does running it take a new table, for value and port? A blocking operation
    /// has its own.
    pub fn needs_pair(&self) -> bool {
        self.alts && !matches!(self.who, Waiter::Block(_))
    }
}

/// What is to be run next.
#[derive(Clone, Copy)]
pub enum Next {
    Idle,
    /// A coroutine that has its value already and is kept, a go block or another.
    Go(State),
    Thread(State),
    /// Anything else, which has not been looked at.
    Other,
}

/// A party that met its partner and has been queued; what it gets and what keeps
/// it alive still have to be moved.
#[derive(Clone, Copy, Debug)]
pub struct Woken {
    pub m: Meeting<Waiter>,
    pub slot: u32,
    /// It gets its value on its own stack.
    pub served: bool,
    /// It is anchored nowhere but in the table of those that run again and again.
    pub warm: bool,
    pub losers: bool,
    pub hook: bool,
}

/// A blocking operation of the main thread: its number, which no other has, and
/// whether its value is there.
#[derive(Clone, Copy)]
pub struct Block {
    pub id: u32,
    pub done: bool,
}

/// Between calls: `blocks` are nested, innermost last; `busy` counts the user's
/// functions that run as part of an operation, `pumping` the blocking
/// operations, `depth` the batches that interrupted something.
pub struct Core {
    pub hall: Hall<Waiter>,
    pub ready: Ready<Job>,
    pub warm: Warm,
    /// The partner that was met last, and the coroutine that has taken its place in
    /// a queue last.
    pub met: Option<Woken>,
    pub stood: Option<(Parked, Place)>,
    /// The go block that its hook has just suspended.
    pub suspended: Option<Suspended>,
    /// How many such are queued, until when they let others pass, and whether they wait
    /// for the end of a turn that a batch has interrupted.
    pub tired: u32,
    pub tired_until: u64,
    pub in_turn: bool,
    /// Batches under way in LuaJIT's profiler.
    pub profiled: u32,
    pub timers: Timers,
    pub pace: Pace,
    pub slices: Slices,
    pub blocks: Vec<Block>,
    /// The number of the newest of them.
    pub block: u32,
    pub nap: Nap,
    pub main: Option<State>,
    pub busy: u32,
    /// The coroutine whose call of `masked` is under way, the innermost.
    pub masked: Option<State>,
    pub pumping: u32,
    pub depth: u32,
    /// Coroutines of go blocks for which there is no entry in `GO_BLOCKS`.
    pub orphans: [Option<State>; ORPHANS as usize],
    /// Go blocks that run below each other and have not parked yet.
    pub nested: u32,
    /// The mark of the newest parked coroutine.
    pub mark: u32,
    pub random: u64,
    pub tasks: u64,
    /// Handler objects of the user's have been seen, so look out for them.
    pub handlers: bool,
    /// The program uses debug hooks (only LuaJIT has to know).
    pub hooks: bool,
    /// Programs are not to be interrupted.
    pub off: bool,
}

impl Core {
    /// Is there anything that time or a turn would bring forward?
    pub fn is_pending(&self) -> bool {
        !self.ready.is_empty() || !self.timers.is_empty()
    }

    /// Should a running program be interrupted? A blocking operation runs the
    /// queued tasks by itself.
    pub fn wants_hook(&self) -> bool {
        !self.off && (!self.timers.is_empty() || (self.pumping == 0 && !self.ready.is_empty()))
    }

    /// The same, or because it matters how long it works.
    pub fn keeps_hook(&self) -> bool {
        self.wants_hook() || (!self.off && (self.slices.is_watching() || self.slices.present_end().is_some()))
    }

    /// When the clock has to be compared next.
    pub fn look_at(&mut self, now: u64) -> u64 {
        let deadline = self.deadline();
        self.pace.look_at(now, deadline).min(self.slices.look_at())
    }

    /// That of the first timer, or never.
    pub fn deadline(&mut self) -> u64 {
        self.timers.first().map_or(u64::MAX, |(at, _)| at)
    }

    /// Is a batch due, and may it interrupt the present slice?
    pub fn is_due(&mut self, now: u64) -> bool {
        let deadline = self.deadline();
        self.pace.is_due(now, deadline)
    }

    /// Tasks are about to run because somebody waits for them; to be given to
    /// `end_pumping`.
    pub fn begin_pumping(&mut self) -> bool {
        self.pumping += 1;
        std::mem::take(&mut self.in_turn)
    }

    pub fn end_pumping(&mut self, in_turn: bool) {
        self.pumping -= 1;
        self.in_turn = in_turn;
    }

    /// Would interrupting it bring anything forward now?
    pub fn has_due(&mut self, now: u64) -> bool {
        self.deadline() <= now || (self.wants_hook() && !self.ready.is_empty())
    }

    /// Queues the party of a meeting, for which there is room.
    #[inline(always)]
    pub fn queue(&mut self, m: Meeting<Waiter>) -> Woken {
        let alts = m.port != 0;
        let carrier = if alts { None } else { m.who.carrier() };
        let served = carrier.is_some();
        let with = if served { Load::Served } else { Load::Queued };
        let slot = match m.who {
            Waiter::Silent | Waiter::Handler => 0,
            who => self.ready.push(Job { who, alts, with }),
        };
        let warm = carrier.is_some_and(|p| self.warm.queued(p, slot));
        // Whoever makes a timer arms a trigger that serves all coroutines.
        let hook = if PER_COROUTINE { self.wants_hook() } else { self.pumping == 0 };
        Woken { m, slot, served, warm, losers: self.hall.has_losers(), hook }
    }

    /// The oldest task, if it is a coroutine that is kept and still where it was
    /// left; a new slice of work begins.
    #[inline(always)]
    pub fn next(&mut self) -> Next {
        let Some(job) = self.ready.front() else { return Next::Idle };
        let (Waiter::Go(p) | Waiter::Thread(p)) = job.who else { return Next::Other };
        // One that somebody resumed by hand runs no more, nor is it queued.
        if job.with != Load::Served || !self.warm.run(p) || !p.is_resumable(true) {
            return Next::Other;
        }
        self.ready.pop();
        self.tasks += 1;
        self.pace.new_slice();
        if let Waiter::Go(_) = job.who { Next::Go(p.co()) } else { Next::Thread(p.co()) }
    }

    /// The oldest task, its slot, and the entry in which its coroutine is to be kept
    /// from now on; a new slice of work begins.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Job, u32, Option<u32>)> {
        let (job, slot) = self.ready.pop()?;
        self.tasks += 1;
        self.pace.new_slice();
        let warming = match job.who {
            Waiter::Go(p) | Waiter::Thread(p) if job.with == Load::Served => self.warm.start(p),
            _ => None,
        };
        Some((job, slot, warming))
    }

    /// Finds a place among the orphans, by its present tenant, for a new one; the
    /// answer counts from 1.
    #[inline]
    pub fn orphan(&mut self, tenant: Option<State>, new: Option<State>) -> Option<u32> {
        let at = self.orphans.iter().position(|o| *o == tenant)?;
        self.orphans[at] = new;
        Some(at as u32 + 1)
    }

    /// May a batch start here and now?
    pub fn may_interrupt(&self) -> bool {
        self.busy == 0 && self.depth < crate::sched::DEPTH
    }

    /// A coroutine about to park, with a mark of its own.
    #[inline(always)]
    pub fn parked(&mut self, here: Here) -> Parked {
        self.mark = self.mark.wrapping_add(1);
        Parked::new(here.co, self.mark, here.ours)
    }

    /// A number below `n` (xorshift; the user's generator is left alone).
    pub fn random_below(&mut self, n: u32) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((u128::from(self.random) * u128::from(n)) >> 64) as u32
    }
}

/// A stack and the core of its state: what every function here works with.
pub type Cx = crate::lua::Cx<Core>;

/// `[0 0 e]` Begins a function that Lua called.
#[inline]
pub fn enter(l: State) -> Cx {
    l.enter()
}

/// `[0 0 e]` Runs `f` on the core, where no Lua can be reached.
#[inline(always)]
pub fn core<R: Copy>(l: Cx, f: impl FnOnce(&mut Core) -> R) -> R {
    l.with(f)
}

/// `[0 0 e]` The same, together with one channel.
#[inline(always)]
pub fn decide<R: Copy>(l: Cx, c: Ref<Channel>, f: impl FnOnce(&mut Core, &mut Channel) -> R) -> R {
    core(l, |w| c.update(|ch| f(w, ch)))
}

/// The table of everything else, second value of each function.
pub const STORE: Int = State::upvalue(2);

/// Lobby number to anchor table, weak; third value of each function.
pub const HALLS: Int = State::upvalue(3);

/// The things of queued jobs: what runs, its value and its port; fourth value of
/// each function.
pub const READY: Int = State::upvalue(4);

/// Entries of `STORE`.
pub mod at {
    /// Coroutine to go block, for those that have parked; weak both ways.
    pub const GO_BLOCKS: u32 = 1;
    /// Timer number to its channel, weak.
    pub const TIMERS: u32 = 2;
    /// Timer number to its channel, while somebody waits on it; else false.
    pub const WATCHED: u32 = 3;
    /// Number of a blocking operation to what it got.
    pub const BLOCKS: u32 = 4;
    /// The user's error handler.
    pub const HANDLER: u32 = 5;
    /// The traceback of the error caught last.
    pub const TRACE: u32 = 6;
    /// Functions of ours that run in protected calls.
    pub const CATCH: u32 = 7;
    pub const PUMP: u32 = 8;
    pub const BATCH: u32 = 9;
    pub const REPORT: u32 = 10;
    pub const FINISH: u32 = 11;
    pub const REFILL: u32 = 12;
    /// Metatables.
    pub const CHANNEL: u32 = 13;
    pub const SENTINEL: u32 = 14;
    /// The go blocks of `orphans`.
    pub const ORPHANS: u32 = 15;
    pub const REDUCED: u32 = 16;
    /// What `ch.type` is for channels.
    pub const CLASS: u32 = 17;
    /// Lua functions for channels that are the user's own objects.
    pub const FOREIGN_PUT: u32 = 18;
    pub const FOREIGN_TAKE: u32 = 19;
    pub const FOREIGN_ALTS: u32 = 20;
    pub const FOREIGN_CLOSE: u32 = 21;
    /// An empty Lua function, for the host's signal hook to catch.
    pub const EMPTY: u32 = 22;
    pub const SHOW: u32 = 23;
    pub const ROOM: u32 = 24;
    pub const REMEMBER: u32 = 25;
    pub const COMMIT: u32 = 26;
    /// Metatables of buffers, of which each kind has its own: this and the kind.
    pub const BUFFER: u32 = 27;
    /// The combinator behind `take(n, channel)`, in Lua.
    pub const TAKE_FIRST: u32 = 32;
    /// Coroutines that run again and again.
    pub const WARM: u32 = 33;
    /// A Lua function that calls its first argument with the others.
    pub const CALL: u32 = 34;
    /// The work under way, innermost last: each thing and where it was.
    pub const SLOW: u32 = 35;
    pub const SLOW_HANDLER: u32 = 36;
    pub const NOTE: u32 = 37;
    pub const WARN: u32 = 38;
    pub const NOTE_AND_WARN: u32 = 39;
    /// Coroutine to the turn of its go block, where that is not as for all; weak.
    pub const TURNS: u32 = 40;
    pub const COUNT: u32 = 41;
}

/// Values that a channel keeps.
pub mod kept {
    /// The table of buffered values.
    pub const RING: u32 = 1;
    /// The table of those who wait.
    pub const ANCHORS: u32 = 2;
    /// A transducer's step function, or the function that spawned a go block.
    pub const STEP: u32 = 3;
    pub const SPAWNER: u32 = 3;
    /// A transducer's error handler.
    pub const RESCUE: u32 = 4;
}
