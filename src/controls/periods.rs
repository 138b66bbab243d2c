//! Periods that a parameter lists, each `FROM..TO`: of change tickets, of declared incidents.

use super::params::Params;
use crate::instant::{self, Instant};

/// The periods of a list, both ends inclusive.
pub fn read(list: Option<Vec<&str>>) -> impl Iterator<Item = (Instant, Instant)> {
    list.unwrap_or_default().into_iter().filter_map(period)
}

/// Whether every item of a parameter is a period.
pub fn check(params: &Params, name: &str) -> Result<(), String> {
    match params.list(name).unwrap_or_default().into_iter().find(|text| period(text).is_none()) {
        None => Ok(()),
        Some(text) => Err(format!(
            "{name}: {text:?} is no period; write FROM..TO, e.g. 2026-10-01T08:00:00Z..2026-10-01T18:00:00Z"
        )),
    }
}

fn period(text: &str) -> Option<(Instant, Instant)> {
    let (from, to) = text.split_once("..")?;
    instant::parse(from).zip(instant::parse(to)).filter(|(from, to)| from <= to)
}
