//! From paths to the world: what every command that looks at the rebuilt state does first.

use super::args::{EvidenceArgs, ShowArgs, TimeArgs, time};
use super::output;
use super::progress::Progress;
use super::setup::{self, Instants, Setup};
use crate::coverage::{Coverage, Pair, Run, Terms};
use crate::facts;
use crate::ingest::{self, Log};
use crate::integrity::Integrity;
use crate::world::World;
use std::collections::BTreeMap;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad flags or a bad configuration.
    #[error("{0}")]
    Usage(String),
    /// Nothing to read.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
    /// An output that cannot be written.
    #[error("{0}")]
    Output(String),
    /// A template that does not render: a bug.
    #[error("the report cannot be rendered: {0}")]
    Render(String),
}

/// More threads than any machine has cores.
const MOST_THREADS: usize = 1024;

/// Builds the thread pool.
pub(super) fn threads(jobs: Option<usize>) -> Result<(), Error> {
    let Some(jobs) = jobs else { return Ok(()) };
    if !(1..=MOST_THREADS).contains(&jobs) {
        return Err(Error::Usage(format!("--jobs {jobs}: it must lie in 1..={MOST_THREADS}")));
    }
    // A second call finds the pool built; the first one's size stays.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    Ok(())
}

/// All that the evidence tells.
pub struct Rebuilt {
    /// The log.
    pub log: Log,
    /// Digest chains.
    pub integrity: Integrity,
    /// The instants of the run.
    pub times: Instants,
    /// The world.
    pub world: World,
}

/// Reads the evidence and replays it. `events`: fills the table of events too.
pub fn rebuild(
    evidence: &EvidenceArgs,
    times: &TimeArgs,
    show: &ShowArgs,
    setup: &Setup,
    events: bool,
) -> Result<Rebuilt, Error> {
    let captured_at = evidence.captured_at.as_deref().map(|text| time("--captured-at", text, None));
    let captured_at = captured_at.transpose().map_err(Error::Usage)?;
    let progress = Progress::begin(show.progress, show.quiet);
    let options = ingest::Options {
        captured_at,
        allow_defects: evidence.allow_defects,
        strict: evidence.strict,
        events,
        watch: &progress,
        ..ingest::Options::default()
    };
    let log = ingest::read(&evidence.paths, &options);
    progress.end();
    let mut log = log?;
    let times = setup::instants(evidence, times, setup, &log).map_err(Error::Usage)?;
    let integrity = Integrity::check(&log, &times.asked);
    integrity.tell(&mut log);
    log.chains.add(integrity.coverage());
    let unread = facts::saved::problems(&log);
    log.damaged(unread);
    let coverage = covered(&log, &times, setup.terms);
    let facts = facts::read(&log);
    if let Some(path) = &evidence.facts_parquet {
        output::facts(path, &facts::saved::table(&log, &facts)).map_err(Error::Output)?;
    }
    let world = World::replay(facts, coverage);
    Ok(Rebuilt { log, integrity, times, world })
}

/// The exit code of what shows and does not judge: damaged evidence is said by it, too.
pub fn exit_code(evidence: &EvidenceArgs, log: &Log) -> u8 {
    if log.defects.is_empty() || evidence.allow_defects { 0 } else { DAMAGED }
}

/// Damaged evidence.
const DAMAGED: u8 = 4;

/// Coverage from events, digests and the user's word. A digest is a sign of life for the whole time that it speaks of.
fn covered(log: &Log, times: &Instants, terms: Terms) -> Coverage {
    let mut signs: BTreeMap<&Pair, (u64, Vec<Run>)> =
        log.activity.pairs().map(|(pair, count, runs)| (pair, (count, runs.to_vec()))).collect();
    for (pair, runs) in &log.chains.inferred {
        signs.entry(pair).or_default().1.extend(runs);
    }
    let signs = signs.iter().map(|(pair, (count, runs))| (*pair, *count, runs.as_slice()));
    Coverage::build(signs, &log.snapshot_pairs, &times.assertions, times.extent, terms).with_chains(&log.chains)
}
