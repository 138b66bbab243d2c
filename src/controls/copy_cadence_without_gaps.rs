//! CPY-02: over the window, copies of a resource follow each other without a gap longer than allowed. One ordered pass.

use super::{air_gapped, copies};
use super::judgement::{Judgement, Proof};
use super::params::Params;
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::{ResourceArn, VaultArn};
use crate::coverage::{self, Pair};
use crate::evidence::Evidence;
use crate::instant::{self, Instant};
use crate::world::vault::Vault;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::copies::resources as subjects;
pub use super::nothing_to_check as check;

/// A stretch without a copy, between two instants and the copies at its ends.
struct Gap {
    from: Instant,
    to: Instant,
    before: Option<Evidence>,
    after: Option<Evidence>,
}

impl Gap {
    fn length(&self) -> Duration {
        self.to - self.from
    }

    /// The copies at its ends.
    fn ends(&self) -> Option<Proof> {
        let ends = [(self.before, "last copy before the gap"), (self.after, "first copy after the gap")];
        Proof::all(ends.into_iter().filter_map(|(e, note)| Some((e?, note.to_owned()))))
    }

    fn said(&self) -> String {
        format!("{} ({} to {})", instant::say(self.length()), instant::show(self.from), instant::show(self.to))
    }
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let (Key::Resource(resource), Some(cpy_01)) = (&subject.key, view.of.params_of_cpy_01()) else {
        return Judgement::insufficient("coverage_gap", format!("{} is no resource.", subject.id));
    };
    if let Some(limit) = copies::not_storable(view, resource).filter(|_| !copies::is_any_vault(cpy_01)) {
        return copies::not_eligible(limit);
    }
    let limit = limit(view.of.params, cpy_01);
    let days = view.of.params.int("window_days").unwrap_or(30);
    let from = view.window_of_days(days);
    let made = copies::made(view, resource, cpy_01, from).filter(|copy| copies::is_usable(copy, cpy_01));
    let (mut counted, mut places): (Vec<(Instant, Evidence)>, BTreeSet<&VaultArn>) = (Vec::new(), BTreeSet::new());
    for copy in made {
        counted.push((copy.at, copy.evidence));
        places.insert(&copy.vault);
    }
    let vaults = || {
        let shown = places.iter().filter_map(|vault| air_gapped::shown(vault, view.of.world));
        shown.reduce(|all, one| all.with(Some(one)))
    };
    let gaps = gaps(&counted, from, view.now());
    let too_long: Vec<&Gap> = gaps.iter().filter(|gap| gap.length() > limit).collect();
    let expected = |j: Judgement| j.expected("max_gap", instant::say(limit)).expected("window_days", days);
    if too_long.is_empty() && !counted.is_empty() {
        watch_last(view, &counted, limit, days);
        return expected(kept(&counted, &gaps, limit, vaults()));
    }
    watch(view, &counted, limit, days);
    copies::await_next(view, resource, cpy_01);
    if too_long.is_empty() {
        return expected(kept(&counted, &gaps, limit, vaults()));
    }
    let vaults = copies::vaults(view, cpy_01);
    expected(broken(view, resource, &vaults, &too_long, limit))
}

/// The longest gap allowed, tolerance included.
fn limit(params: &Params, cpy_01: &Params) -> Duration {
    let gap = params.int("max_gap_hours").map_or_else(|| copies::age(cpy_01), Duration::hours);
    gap + gap * i32::try_from(params.int("tolerance_percent").unwrap_or(10)).unwrap_or(10) / 100
}

fn gaps(copies: &[(Instant, Evidence)], from: Instant, to: Instant) -> Vec<Gap> {
    let mut gaps = Vec::with_capacity(copies.len() + 1);
    let mut last = (from, None);
    for (at, evidence) in copies {
        gaps.push(Gap { from: last.0, to: *at, before: last.1, after: Some(*evidence) });
        last = (*at, Some(*evidence));
    }
    gaps.push(Gap { from: last.0, to, before: last.1, after: None });
    gaps
}

/// While no gap is too long, time alone makes one only behind the last copy; as copies leave the window, the gap at its
/// beginning is part of one that was not too long.
fn watch_last(view: &View<'_>, copies: &[(Instant, Evidence)], limit: Duration, days: i64) {
    if let Some((last, _)) = copies.last() {
        view.changes_at(*last + limit.min(Duration::days(days)) + instant::tick());
    }
}

/// The answer changes when the last copy grows too old, when the first leaves the window, and when the stretch before it
/// has shrunk to the limit.
fn watch(view: &View<'_>, copies: &[(Instant, Evidence)], limit: Duration, days: i64) {
    let window = Duration::days(days);
    let last = copies.last().map_or(view.of.window_from, |(at, _)| *at);
    view.changes_at(last + limit + instant::tick());
    for (at, _) in copies {
        view.changes_at(*at + window + instant::tick());
        view.changes_at(*at + window - limit);
    }
}

fn kept(copies: &[(Instant, Evidence)], gaps: &[Gap], limit: Duration, vaults: Option<Proof>) -> Judgement {
    let Some(proof) = Proof::all(copies.iter().map(|(_, e)| (*e, "copy".to_owned()))) else {
        let message = format!("No copy was seen, and the window is shorter than the {} that may lie between two.", instant::say(limit));
        return Judgement::insufficient("window_too_short", message);
    };
    let longest = gaps.iter().map(Gap::length).max().unwrap_or_default();
    let message = format!("{} copies, never more than {} apart.", copies.len(), instant::say(longest));
    Judgement::compliant("cadence_kept", message, &proof.with(vaults)).observed("longest_gap", instant::say(longest)).observed("copies", copies.len())
}

/// The first part of a gap, between holes in the log, that alone is too long: a copy missed in a hole would not mend it.
fn certain(
    view: &View<'_>,
    resource: &ResourceArn,
    vaults: &[&Vault],
    gap: &Gap,
    limit: Duration,
) -> Option<(Gap, Proof)> {
    let coverage = &view.of.world.coverage;
    let pairs: BTreeSet<Pair> = vaults.iter().filter_map(|vault| vault.pair()).chain(resource.pair()).collect();
    // A part begins with a stretch of log, and is long enough so much later.
    for run in pairs.iter().flat_map(|pair| coverage.counting(pair)) {
        view.changes_at(run.from + limit + instant::tick());
    }
    let holes = pairs.iter().flat_map(|pair| coverage.holes(pair, gap.from, gap.to)).collect();
    let (mut parts, mut from, mut before) = (Vec::new(), gap.from, gap.before);
    for hole in coverage::join(holes, instant::tick()) {
        parts.push(Gap { from, to: hole.from - instant::tick(), before, after: None });
        (from, before) = (hole.to + instant::tick(), None);
    }
    parts.push(Gap { from, to: gap.to, before, after: gap.after });
    parts.into_iter().filter(|part| part.length() > limit).find_map(|part| {
        // The window moves on into it.
        view.ends_in(gap.from, part.to - limit);
        let known = copies::would_be_known(view, resource, vaults, part.from, part.to).ok()?;
        let proof = part.ends().map_or(known.clone(), |ends| ends.with(Some(known)));
        Some((part, proof))
    })
}

fn broken(
    view: &View<'_>,
    resource: &ResourceArn,
    vaults: &[&Vault],
    gaps: &[&Gap],
    limit: Duration,
) -> Judgement {
    let mut shown: Option<Proof> = None;
    let mut said = Vec::new();
    let mut hole = None;
    for gap in gaps {
        match copies::would_be_known(view, resource, vaults, gap.from, gap.to) {
            Ok(known) => {
                let proof = gap.ends().map_or(known.clone(), |ends| ends.with(Some(known)));
                shown = Some(shown.map_or(proof.clone(), |before| before.with(Some(proof))));
                said.push(gap.said());
            }
            Err(missing) => match certain(view, resource, vaults, gap, limit) {
                Some((part, known)) => {
                    shown = Some(shown.map_or(known.clone(), |before| before.with(Some(known))));
                    said.push(part.said());
                }
                None => hole = hole.or(Some((missing, gap.said()))),
            },
        }
    }
    match (shown, hole) {
        (Some(proof), _) => {
            let message = format!("No copy for {}; at most {} are allowed.", said.join(" and "), instant::say(limit));
            Judgement::non_compliant("gap_exceeded", message, &proof).observed("gaps", said)
        }
        (None, Some((hole, gap))) => {
            Judgement::gap("coverage_gap", &format!("No copy is known for {gap}, but one may have been missed"), &hole)
        }
        (None, None) => Judgement::insufficient("coverage_gap", "The gap cannot be judged."),
    }
}
