pub mod chan;
pub mod ids;
pub mod sched;
pub mod sys;
