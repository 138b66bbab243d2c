//! All integration tests in one binary: linking is what a test run costs.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests write files, start programs and ask where they run")]

mod against;
mod architecture;
mod automation;
mod bad_input;
mod browser;
mod cited;
mod columns;
mod containers;
mod controls;
mod differential;
mod engine;
mod estate;
mod explain;
mod facts;
mod folder;
mod gate;
mod generated;
mod grid;
mod hostile;
mod hostile_ingest;
mod iam;
mod incidents;
mod ingest;
mod init;
mod integrity;
mod laws;
mod pages;
mod presets;
mod real_data;
mod render;
mod rules;
mod schedule;
mod sentences;
mod shell;
mod signing;
mod state;
mod support;
mod timeline;
