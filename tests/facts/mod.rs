//! What records and snapshots mean, one module per kind of entity: each of AWS's traps is a test named by what is true.
#![expect(clippy::needless_pass_by_value, clippy::too_many_arguments, reason = "a scene is written as it is read")]

mod access;
mod actors;
mod approvals;
mod around;
mod config;
mod copying;
mod jobs;
mod keys;
mod laws;
mod operations;
mod organizations;
mod plans;
mod points;
mod sample;
mod saved;
mod selecting;
mod settings;
mod shares;
mod snapshots;
mod trails;
mod vaults;
mod worlds;
