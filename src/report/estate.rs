//! The estate beside the verdicts: vaults, shares, teams and sessions over time, and the copies in air-gapped vaults by day.
//!
//! Nothing is judged here: attributes and copies are told as the world has them, so that a reader sees who held what.

use super::bodies;
use super::compile::refer;
use super::wire::{CopySeries, EstateAttribute, EstateEntity, EstateSpan};
use crate::arn::{AccountId, Arn, VaultArn};
use crate::evidence::Cite;
use crate::ingest::Log;
use crate::ingest::log::Entry;
use crate::instant::{self, Instant};
use crate::timeline::Origin;
use crate::world::World;
use crate::world::entity::{Attribute, Shown};
use crate::world::vault::Vault;
use std::collections::BTreeMap;

/// Kinds that are told.
const KINDS: [&str; 6] = ["vault", "restore_access_vault", "share", "invitation", "team", "session"];
/// AWS's word for the type of an air-gapped vault.
const AIR_GAPPED: &str = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";

/// The entities known at an instant, by kind and id.
pub fn entities(world: &World, log: &Log, at: Instant) -> Vec<EstateEntity> {
    let told = world.entities().filter(|(kind, ..)| KINDS.contains(kind));
    let told = told.filter_map(|(kind, id, entity)| {
        let attributes: Vec<EstateAttribute> = entity
            .attributes()
            .into_iter()
            .map(|(name, attribute)| EstateAttribute { name: name.into_owned(), spans: spans(attribute, log, at) })
            .filter(|attribute| !attribute.spans.is_empty())
            .collect();
        let arn = Arn::parse(&id);
        let account = arn.and_then(|arn| arn.account_id()).or_else(|| AccountId::parse(&id));
        let region = arn.and_then(|arn| arn.region_code());
        (!attributes.is_empty()).then(|| EstateEntity {
            kind: kind.into(),
            account: account.map(|id| id.to_string()),
            region: region.map(|code| code.to_string()),
            attributes,
            id,
        })
    });
    let mut told: Vec<EstateEntity> = told.collect();
    told.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    told
}

/// The values up to an instant; what has no history counts from the entry that says it.
fn spans(attribute: &dyn Attribute, log: &Log, at: Instant) -> Vec<EstateSpan> {
    let changes = attribute.changes();
    if changes.is_empty() {
        let shown = attribute.shown(at);
        let said = |shown: &Shown| log.entry(shown.evidence).map(Entry::time).is_some_and(|said| said <= at);
        return shown.filter(said).map(|shown| span(&shown, log)).into_iter().collect();
    }
    let begun = changes.iter().filter(|change| change.at <= at);
    begun.filter_map(|change| attribute.shown(change.at)).map(|shown| span(&shown, log)).collect()
}

fn span(shown: &Shown, log: &Log) -> EstateSpan {
    let note = if shown.value.is_some() { "sets it" } else { "changes it" };
    EstateSpan {
        from: shown.since.map(instant::show),
        known: shown.value.is_some(),
        value: bodies::cut(shown.value.clone().unwrap_or_default()),
        confidence: shown.origin.map(|origin| word(origin).into()),
        evidence: refer(&Cite::Entry(shown.evidence, note.into()), log),
    }
}

/// How a value is known.
pub(super) fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Inferred => "inferred",
        Origin::Snapshot => "snapshot",
        Origin::Event => "event",
        Origin::Both => "both",
    }
}

/// The copies in air-gapped vaults within a window, by vault and resource.
pub fn copies(world: &World, from: Instant, to: Instant) -> Vec<CopySeries> {
    let mut series: BTreeMap<(&VaultArn, String), Vec<Instant>> = BTreeMap::new();
    for (resource, points) in &world.copies {
        for point in points.iter().filter(|point| point.usable && !point.partial && (from..=to).contains(&point.at)) {
            if world.vaults.get(&point.vault).is_some_and(is_air_gapped) {
                series.entry((&point.vault, resource.to_string())).or_default().push(point.at);
            }
        }
    }
    let told = series.into_iter().filter_map(|((vault, resource), times)| {
        Some(CopySeries {
            vault: vault.to_string(),
            resource,
            first: instant::show(*times.iter().min()?),
            last: instant::show(*times.iter().max()?),
            count: times.len().try_into().unwrap_or(u64::MAX),
            by_day: by_day(&times, from, to),
        })
    });
    told.collect()
}

fn is_air_gapped(vault: &Vault) -> bool {
    let kind = vault.kind.spans().last().and_then(|span| span.value.as_ref());
    kind.is_some_and(|kind| serde_json::to_value(kind).is_ok_and(|word| word == AIR_GAPPED))
}

fn by_day(times: &[Instant], from: Instant, to: Instant) -> String {
    let day = |at: Instant| (at.date_naive() - from.date_naive()).num_days();
    let mut counts = vec![0_u32; usize::try_from(day(to) + 1).unwrap_or(0)];
    for at in times {
        if let Some(count) = usize::try_from(day(*at)).ok().and_then(|day| counts.get_mut(day)) {
            *count += 1;
        }
    }
    counts.into_iter().filter_map(|count| char::from_digit(count.min(9), 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_counted_on_their_utc_day_and_nine_stands_for_more() {
        let at = |text: &str| instant::parse(text).unwrap_or_default();
        let (from, to) = (at("2026-10-01T22:00:00Z"), at("2026-10-04T01:00:00Z"));
        let many = vec![at("2026-10-03T12:00:00Z"); 12];
        assert_eq!(by_day(&many, from, to), "0090");
        assert_eq!(by_day(&[from, at("2026-10-02T00:00:00Z"), to], from, to), "1101");
        assert_eq!(by_day(&[], from, from), "0");
    }
}
