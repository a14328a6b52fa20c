//! Where the profiler cannot be asked for, since it does not run by a signal.

use super::state::State;

#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(dead_code, reason = "the same three answers as elsewhere")]
pub(super) enum Start {
    Runs,
    Refused,
    Never,
}

/// `[-1 0 -]`
pub(super) fn provide(l: State) {
    l.pop(1);
}

/// `[0 0 -]`
pub(super) fn start(_: State) -> Start {
    Start::Never
}

/// `[0 0 -]`
pub(super) fn restore_debug_hook(_: State) {}

/// `[0 0 -]`
pub(super) fn mend(_: State) {}

/// `[0 0 -]`
pub(super) fn give_up(_: State) {}

pub(super) fn is_lost(_: State) -> bool {
    false
}

pub(super) fn is_available(_: State) -> bool {
    false
}

/// `[0 0 -]`
pub(super) fn end(_: State) {}
