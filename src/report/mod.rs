//! The report: verdicts with their evidence, totals, the gate, exceptions and incidents: everything a reader is told.

pub mod bodies;
pub mod compile;
pub mod exceptions;
pub mod gate;
pub mod incidents;
pub mod state;
pub mod timeline;
pub mod verify;
pub mod wire;
