//! Keys. Each names a slot in a slot map together with a generation, so a key
//! that outlived what it named is recognised and never reaches a stranger.

slotmap::new_key_type! {
    /// One `alts` that waits.
    pub struct Op;
    /// Where the operations that wait on one channel stand.
    pub struct Lobby;
    /// One pending deadline.
    pub struct TimerId;
}
