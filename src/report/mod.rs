//! The report: verdicts with their evidence, totals, the gate, exceptions and incidents: everything a reader is told.

pub mod bodies;
pub mod comparison;
pub mod compile;
pub mod estate;
pub mod exceptions;
pub mod explain;
pub mod gate;
pub mod history;
pub mod incidents;
pub mod manual;
mod past;
pub mod rollup;
pub mod state;
pub mod timeline;
pub mod verify;
pub mod wire;
