//! What records and snapshots mean, one module per kind of entity: each of AWS's traps is a test named by what is true.
#![expect(clippy::needless_pass_by_value, reason = "evidence is written where it is used")]

mod access;
mod actors;
mod approvals;
mod jobs;
mod operations;
mod points;
mod sample;
mod shares;
mod vaults;
mod worlds;
