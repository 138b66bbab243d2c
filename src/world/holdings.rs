//! What lies in a vault at an instant, and whether anything else could.

use super::World;
use super::point::Point;
use crate::arn::VaultArn;
use crate::evidence::Evidence;
use crate::facts::words::PointStatus;
use crate::instant::Instant;
use chrono::Duration;

/// What lies in a vault at an instant.
#[derive(Debug)]
pub struct Holdings<'w> {
    /// Points that are surely there.
    pub present: Vec<&'w Point>,
    /// Points that may be there: made in it, and nothing shows for certain whether they are still in it.
    pub doubtful: Vec<&'w Point>,
    /// Why no other point can be there: the vault's creation, a complete list of its points, or a count of zero, and a whole log
    /// since.
    pub complete: Option<Evidence>,
}

impl Holdings<'_> {
    /// Whether the vault is empty; `None`: that is not known.
    pub fn is_empty(&self) -> Option<bool> {
        match (self.present.is_empty(), self.doubtful.is_empty() && self.complete.is_some()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        }
    }
}

/// Whether a point is in its vault.
enum There {
    Yes,
    Perhaps,
    No,
}

impl World {
    /// What lies in a vault at an instant.
    pub fn holdings(&self, vault: &VaultArn, at: Instant) -> Holdings<'_> {
        let whole = vault.pair().map_or(at, |pair| self.coverage.whole_since(&pair, at));
        let mut found =
            Holdings { present: Vec::new(), doubtful: Vec::new(), complete: self.complete(vault, at, whole) };
        let here = self.index.points.get(vault).into_iter().flatten();
        for point in here.filter_map(|arn| self.point(arn)) {
            match there(point, at, whole) {
                There::Yes => found.present.push(point),
                There::Perhaps => found.doubtful.push(point),
                There::No => {}
            }
        }
        found
    }

    /// The latest entry after which every point that was made is in the log.
    fn complete(&self, vault: &VaultArn, at: Instant, whole: Instant) -> Option<Evidence> {
        let vault = self.vaults.get(vault)?;
        let known = |when: Instant| when == at || (when < at && whole <= when);
        // Points whose making a list may have missed are an hour old at most; the log has to tell of these too.
        let listed = |when: Instant| when <= at && (whole <= when - Duration::hours(1) || when == at);
        let lists = vault.all_points.iter().filter(|(when, _)| listed(*when)).copied();
        let counts = vault.points.spans().iter().filter(|span| span.value == Some(0)).flat_map(|span| {
            let again = span.confirmed.iter().copied();
            std::iter::once((span.from, span.evidence)).chain(again).filter(|(when, _)| listed(*when))
        });
        let made = vault.created.filter(|(when, _)| known(*when));
        lists.chain(counts).chain(made).max().map(|(_, evidence)| evidence)
    }
}

fn there(point: &Point, at: Instant, whole: Instant) -> There {
    let begun = point.created().or_else(|| point.first_seen.map(|(when, _)| when));
    if begun.is_none_or(|begun| begun > at) || point.gone.is_some_and(|(when, _)| when <= at) {
        return There::No;
    }
    let Some(span) = point.status.at(at) else { return There::Perhaps };
    let (shown, _) = span.last_shown(at);
    let over = point.expires().is_some_and(|ends| ends <= at);
    match &span.value {
        Some(status) if status.is_gone() => There::No,
        // An expired point stays until somebody deletes it.
        Some(PointStatus::Expired) if whole <= shown => There::Yes,
        Some(status) if status.is_usable(true) && !over && whole <= shown => There::Yes,
        _ => There::Perhaps,
    }
}
