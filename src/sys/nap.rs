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

pub struct Nap {
    poll: Poll,
    events: Events,
}

impl Nap {
    pub fn new() -> io::Result<Nap> {
        Ok(Nap { poll: Poll::new()?, events: Events::with_capacity(1) })
    }

    /// Sleeps for `ns` nanoseconds, or up to a millisecond longer.
    pub fn sleep(&mut self, ns: u64) -> io::Result<Wake> {
        match self.poll.poll(&mut self.events, Some(Duration::from_nanos(ns))) {
            Ok(()) => Ok(Wake::Elapsed),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(Wake::Signal),
            Err(e) => Err(e),
        }
    }
}
