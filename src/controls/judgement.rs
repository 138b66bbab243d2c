//! A judgement and the algebra that makes one. The types keep a judge honest: COMPLIANT and NON_COMPLIANT need proof, and a
//! proof of absence can only be had from coverage that was looked up.

use crate::evidence::{Cite, Evidence, Grade, Note, Stretch};
use crate::instant::{self, Instant};
use crate::status::{Severity, Status};
use crate::timeline::Origin;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// At least one cited piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    first: Cite,
    more: Vec<Cite>,
    grade: Option<Grade>,
    origin: Option<Origin>,
    /// [`Judgement::acts`].
    acts: usize,
}

/// So few cites are looked for one by one among those that are known.
const FEW: usize = 8;

impl Proof {
    /// A record or row shows it.
    pub fn shown(evidence: Evidence, note: impl Into<Note>) -> Self {
        Self { first: Cite::Entry(evidence, note.into()), more: Vec::new(), grade: None, origin: None, acts: 1 }
    }

    /// The log is whole and nothing of the kind is in it.
    pub fn absence(covered: Covered, note: impl Into<Note>) -> Option<Self> {
        let note = note.into();
        let mut cites = covered.stretches.into_iter().map(|s| Cite::Coverage(s, note.clone()));
        let first = cites.next()?;
        Some(Self { first, more: cites.collect(), grade: Some(covered.grade), origin: None, acts: 0 })
    }

    /// The log has a hole here: what shows that something could not have been seen.
    pub fn hole(stretch: Stretch, note: impl Into<Note>) -> Self {
        Self { first: Cite::Coverage(stretch, note.into()), more: Vec::new(), grade: None, origin: None, acts: 0 }
    }

    /// A digest shows it, known as well as its chain is.
    pub fn attested(evidence: Evidence, note: impl Into<Note>, grade: Grade) -> Self {
        Self { grade: Some(grade), ..Self::shown(evidence, note) }
    }

    /// One more record or row.
    pub fn and(mut self, evidence: Evidence, note: impl Into<Note>) -> Self {
        let cite = Cite::Entry(evidence, note.into());
        if self.first != cite && !self.more.contains(&cite) {
            self.more.push(cite);
        }
        self
    }

    /// Another proof beside this one: the judgement is about what both are about.
    pub fn also(self, other: Self) -> Self {
        let acts = self.cites().take(self.acts).chain(other.cites().take(other.acts));
        let mut known: BTreeSet<Cite> = BTreeSet::new();
        let mut cites: Vec<Cite> = acts.filter(|cite| known.insert((*cite).clone())).cloned().collect();
        let acts = cites.len();
        let rest = self.cites().skip(self.acts).chain(other.cites().skip(other.acts));
        cites.extend(rest.filter(|cite| known.insert((*cite).clone())).cloned());
        let mut cites = cites.into_iter();
        let first = cites.next().unwrap_or_else(|| self.first.clone());
        Self { first, more: cites.collect(), acts, ..self.with(Some(other)) }
    }

    /// All of another proof, which shows what this one stands on.
    pub fn with(mut self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        if other.more.len() < FEW {
            for cite in std::iter::once(other.first).chain(other.more) {
                if self.first != cite && !self.more.contains(&cite) {
                    self.more.push(cite);
                }
            }
        } else {
            let known: BTreeSet<&Cite> = self.cites().collect();
            let cites = std::iter::once(other.first).chain(other.more);
            let fresh: Vec<Cite> = cites.filter(|cite| !known.contains(cite)).collect();
            self.more.extend(fresh);
        }
        self.grade = [self.grade, other.grade].into_iter().flatten().min();
        self.origin = self.origin.min(other.origin).or(self.origin).or(other.origin);
        self
    }

    /// How the value that it shows is known.
    pub fn known(mut self, origin: Origin) -> Self {
        self.origin = Some(self.origin.map_or(origin, |known| known.min(origin)));
        self
    }

    /// Several, where there is at least one.
    pub fn all<N: Into<Note>>(items: impl IntoIterator<Item = (Evidence, N)>) -> Option<Self> {
        let mut items = items.into_iter();
        let (evidence, note) = items.next()?;
        let mut proof = Self::shown(evidence, note);
        let mut known = BTreeSet::from([proof.first.clone()]);
        proof.more = items.map(|(e, n)| Cite::Entry(e, n.into())).filter(|cite| known.insert(cite.clone())).collect();
        proof.acts = known.len();
        Some(proof)
    }

    /// The pieces.
    pub fn cites(&self) -> impl Iterator<Item = &Cite> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// `proven`, `asserted`, `inferred` where it rests on coverage, else `event`, `snapshot` or `both`.
    fn confidence(&self) -> &'static str {
        match (self.grade, self.origin) {
            (Some(Grade::Proven), _) => "proven",
            (Some(Grade::Asserted), _) => "asserted",
            (Some(Grade::Inferred | Grade::Missing), _) | (None, Some(Origin::Inferred)) => "inferred",
            (None, Some(Origin::Snapshot)) => "snapshot",
            (None, Some(Origin::Both)) => "both",
            (None, Some(Origin::Event) | None) => "event",
        }
    }
}

/// Log that was looked up and found whole: what an absence can stand on. Only a `View` makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    pub(super) stretches: Vec<Stretch>,
    pub(super) grade: Grade,
}

/// Log that was looked up and found with a hole, or to which nothing points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Where and when.
    pub stretch: Option<Stretch>,
}

impl Hole {
    /// Which log would decide it.
    pub fn said(&self) -> String {
        match &self.stretch {
            Some(s) => format!(
                "the log of {} in {} is not known to be complete from {} to {}",
                s.account,
                s.region,
                instant::show(s.from),
                instant::show(s.to)
            ),
            None => "no account and Region is known whose log could show it".into(),
        }
    }

    /// The hole as a piece of evidence.
    fn cite(&self) -> Vec<Cite> {
        let note = "not known to be complete";
        self.stretch.iter().map(|s| Cite::Coverage(s.clone(), note.into())).collect()
    }
}

/// What a judge answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub status: Status,
    /// A code of the control's closed set.
    pub code: &'static str,
    /// One sentence for people.
    pub message: String,
    /// What was found.
    pub observed: Map<String, Value>,
    /// What was demanded.
    pub expected: Map<String, Value>,
    /// Where the severity is not that of the page.
    pub severity: Option<Severity>,
    /// What proves it; for undecided ones, what is at hand.
    pub cites: Vec<Cite>,
    /// So many of these, the first ones, are what it is about: the calls that it holds against somebody. What follows shows
    /// what these stand on: what was there before, who was allowed to, what it was done to.
    pub acts: usize,
    /// How it is known.
    pub confidence: &'static str,
}

impl Judgement {
    fn decided(status: Status, code: &'static str, message: impl Into<String>, proof: &Proof) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            observed: Map::new(),
            expected: Map::new(),
            severity: None,
            cites: proof.cites().cloned().collect(),
            acts: proof.acts,
            confidence: proof.confidence(),
        }
    }

    /// It holds, and this shows it.
    pub fn compliant(code: &'static str, message: impl Into<String>, proof: &Proof) -> Self {
        Self::decided(Status::Compliant, code, message, proof)
    }

    /// It does not hold, and this shows it.
    pub fn non_compliant(code: &'static str, message: impl Into<String>, proof: &Proof) -> Self {
        Self::decided(Status::NonCompliant, code, message, proof)
    }

    /// The evidence does not decide; the message names what would.
    pub fn insufficient(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: Status::InsufficientData,
            code,
            message: message.into(),
            observed: Map::new(),
            expected: Map::new(),
            severity: None,
            cites: Vec::new(),
            acts: 0,
            confidence: "inferred",
        }
    }

    /// A hole in the log keeps it undecided.
    pub fn gap(code: &'static str, what: &str, hole: &Hole) -> Self {
        let mut judgement = Self::insufficient(code, format!("{what}: {}.", hole.said()));
        judgement.cites = hole.cite();
        judgement
    }

    /// There is nothing to judge.
    pub fn not_applicable(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::NotApplicable, ..Self::insufficient(code, message) }
    }

    /// Adds what was found.
    pub fn observed(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.observed.insert(key.into(), value.into());
        self
    }

    /// Adds what was demanded.
    pub fn expected(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.expected.insert(key.into(), value.into());
        self
    }

    /// Raises or lowers the severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Cites all of a proof that does not decide.
    pub fn citing_all(mut self, proof: &Proof) -> Self {
        if self.cites.is_empty() {
            self.acts = proof.acts;
        }
        let known: BTreeSet<&Cite> = self.cites.iter().collect();
        let fresh: Vec<Cite> = proof.cites().filter(|cite| !known.contains(cite)).cloned().collect();
        self.cites.extend(fresh);
        self
    }

    /// Cites what is at hand, also where it decides nothing.
    pub fn citing(mut self, evidence: Evidence, note: impl Into<Note>) -> Self {
        if self.status == Status::InsufficientData && self.acts == self.cites.len() {
            self.acts += 1;
        }
        self.cites.push(Cite::Entry(evidence, note.into()));
        self
    }
}

/// The value of something that may change, at an instant.
#[derive(Debug, Clone)]
pub enum State<'w, T> {
    /// Nothing was ever said of it.
    NeverSeen,
    /// It changed, to something that no record says.
    Changed(Evidence),
    /// Known, but its log has a hole since: it may be something else by now.
    Stale {
        /// The last known value.
        value: &'w T,
        /// Who showed it.
        evidence: Evidence,
        /// When.
        shown: Instant,
        /// The hole.
        hole: Hole,
    },
    /// Known at the instant.
    Known {
        /// The value.
        value: &'w T,
        /// Since when.
        since: Instant,
        /// What shows it, and that it has not changed.
        proof: Proof,
    },
}

impl<'w, T> State<'w, T> {
    /// The last known value, current or not: enough to convict, not to acquit.
    pub fn last_known(&self) -> Option<(&'w T, Proof)> {
        match self {
            Self::Known { value, proof, .. } => Some((value, proof.clone())),
            Self::Stale { value, evidence, .. } => Some((value, Proof::shown(*evidence, "last known"))),
            Self::NeverSeen | Self::Changed(_) => None,
        }
    }

    /// The judgement that what is known is too old.
    pub fn stale(&self, what: &str) -> Option<Judgement> {
        let Self::Stale { evidence, shown, hole, .. } = self else { return None };
        let message = format!("{what} was last seen at {}, and {} since.", instant::show(*shown), hole.said());
        let mut judgement = Judgement::insufficient("state_not_current", message);
        judgement.cites = hole.cite();
        Some(judgement.citing(*evidence, "last seen"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries that a judgement is about, and all that it cites.
    fn told(proof: &Proof) -> (Vec<u32>, Vec<u32>) {
        let judgement = Judgement::non_compliant("against", "Against.", proof);
        let cites = judgement.cites.iter();
        let all = cites.filter_map(|cite| if let Cite::Entry(Evidence(n), _) = cite { Some(*n) } else { None });
        let all: Vec<u32> = all.collect();
        (all.iter().take(judgement.acts).copied().collect(), all)
    }

    #[test]
    fn what_a_judgement_is_about_comes_before_what_that_stands_on() {
        let one = Proof::shown(Evidence(5), "call").and(Evidence(1), "before");
        let two = Proof::all([(Evidence(6), "call"), (Evidence(7), "call")]);
        let two = two.map(|two| two.with(Some(Proof::shown(Evidence(1), "before"))));
        assert_eq!(two.map(|two| told(&one.also(two))), Some((vec![5, 6, 7], vec![5, 6, 7, 1])));
    }

    #[test]
    fn what_one_judgement_stands_on_can_be_what_another_is_about() {
        let one = Proof::shown(Evidence(5), "call").and(Evidence(6), "call");
        assert_eq!(told(&one.also(Proof::shown(Evidence(6), "call"))), (vec![5, 6], vec![5, 6]));
    }
}
