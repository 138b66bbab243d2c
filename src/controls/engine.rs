//! The engine: judges every subject at as-of and over the window with one and the same pure function.
//!
//! It begins at the start of the window, judges, jumps to the instant until which that judgement stands, and judges again;
//! as-of is the last step. No instant is judged twice, and no judge knows that there is a window of steps.

use super::Control;
use super::basis;
use super::judgement::Judgement;
use super::narrow::Narrow;
use super::subject::Subject;
use super::view::{Context, View};
use crate::evidence::{Cite, Evidence};
use crate::instant::Instant;
use crate::status::Status;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// A status from one instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// First instant.
    pub from: Instant,
    /// The first instant of the next one, or as-of.
    pub to: Instant,
    /// The status.
    pub status: Status,
    /// What the judgement cites that the one before did not: among it, what made the status flip. Empty for the first.
    pub fresh: Vec<Evidence>,
}

/// A judgement with its subject and its past.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The subject.
    pub subject: Subject,
    /// The judgement at as-of.
    pub judgement: Judgement,
    /// Statuses over the window, without holes.
    pub intervals: Vec<Interval>,
    /// The entries that make it a subject.
    pub basis: Vec<Cite>,
}

/// Judges the subjects of a control, all or some. A control without subjects answers once, for itself.
pub fn judge_all(control: &Control, narrow: &Narrow, context: Context<'_>, as_of: Instant) -> Vec<Judged> {
    let mut subjects = (control.subjects)(&context);
    subjects.retain(|subject| narrow.holds(subject, &context, as_of));
    if subjects.is_empty() {
        let judgement = Judgement::not_applicable("no_subjects", format!("{}.", no_subjects(control)));
        let whole = Interval { from: context.window_from, to: as_of, status: Status::NotApplicable, fresh: Vec::new() };
        return vec![Judged {
            subject: Subject::control(&control.rule.id),
            judgement,
            intervals: vec![whole],
            basis: Vec::new(),
        }];
    }
    let mut judged: Vec<Judged> = subjects.into_par_iter().map(|s| judge_one(control, context, s, as_of)).collect();
    judged.sort_by(|a, b| a.subject.id.cmp(&b.subject.id));
    judged
}

fn no_subjects(control: &Control) -> String {
    let page = control.rule.reason("no_subjects").map_or("there is nothing to judge", |reason| reason.text.as_str());
    let mut letters = page.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn judge_one(control: &Control, context: Context<'_>, subject: Subject, as_of: Instant) -> Judged {
    let mut intervals: Vec<Interval> = Vec::new();
    let mut before: Option<Judgement> = None;
    let mut at = context.window_from.min(as_of);
    loop {
        let view = View::new(context, at);
        let judgement = (control.judge)(&subject, &view);
        match intervals.last_mut() {
            Some(last) if last.status == judgement.status => last.to = as_of,
            last => {
                if let Some(last) = last {
                    last.to = at;
                }
                let fresh = before.as_ref().map(|before| fresh(&judgement, before)).unwrap_or_default();
                intervals.push(Interval { from: at, to: as_of, status: judgement.status, fresh });
            }
        }
        match view.stands_until().filter(|next| *next <= as_of) {
            Some(next) => at = next,
            None if at == as_of => {
                let basis = basis::of(&subject, context.world, as_of);
                return Judged { subject, judgement, intervals, basis };
            }
            // The status stands, but ages and counts are told as of the end.
            None => at = as_of,
        }
        before = Some(judgement);
    }
}

/// Entries that a judgement cites and the one before does not.
fn fresh(judgement: &Judgement, before: &Judgement) -> Vec<Evidence> {
    let entries = |cites: &[Cite]| -> BTreeSet<Evidence> {
        let entries =
            cites.iter().filter_map(|cite| if let Cite::Entry(evidence, _) = cite { Some(*evidence) } else { None });
        entries.collect()
    };
    entries(&judgement.cites).difference(&entries(&before.cites)).copied().collect()
}
