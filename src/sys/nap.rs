//! Where a blocked main thread sleeps. It waits in the system's poller, which
//! other threads and file descriptors can join, and which lets signals through.

use mio::{Events, Poll};
use std::io;
use std::time::Duration;

/// How a sleep ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    Elapsed,
    /// A signal came: the host's handler should get its turn.
    Signal,
}

/// What there is to allocate is made before anybody has to sleep; the system's
/// poller only then.
pub struct Nap {
    poll: Option<Poll>,
    events: Events,
}

impl Default for Nap {
    fn default() -> Self {
        Nap { poll: None, events: Events::with_capacity(1) }
    }
}

impl Nap {
    /// Sleeps for `ns` nanoseconds, or up to a millisecond longer.
    pub fn sleep(&mut self, ns: u64) -> io::Result<Wake> {
        let poll = match &mut self.poll {
            Some(poll) => poll,
            none => none.insert(Poll::new()?),
        };
        match poll.poll(&mut self.events, Some(Duration::from_nanos(ns))) {
            Ok(()) => Ok(Wake::Elapsed),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(Wake::Signal),
            Err(e) => Err(e),
        }
    }
}
