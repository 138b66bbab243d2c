//! vaultrail: could anyone have reached, weakened or destroyed our last-resort backups, and can we prove it?
//!
//! Bytes become records and observations (`ingest`), these become facts (`facts`), facts become a world in which every
//! attribute is a timeline (`world`), judges look at that world at one instant (`controls`), their verdicts become a report
//! (`report`), and the report becomes bytes (`render`). ARCHITECTURE.md has the map.

pub mod arn;
pub mod cli;
pub mod controls;
pub mod coverage;
pub mod evidence;
pub mod facts;
pub mod iam;
pub mod ingest;
pub mod instant;
pub mod integrity;
pub mod record;
pub mod render;
pub mod report;
pub mod schedule;
pub mod status;
pub mod timeline;
pub mod world;
