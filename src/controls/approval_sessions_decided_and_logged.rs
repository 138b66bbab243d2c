//! APR-08: approval sessions are decided in time, and request and outcome of each are in the log.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::words::SessionState;
use crate::instant::{self, Instant};
use crate::timeline::{Origin, Span};
use crate::world::session::Session;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// A session is begun by the call that asks for it.
const SAME_REQUEST: Duration = Duration::minutes(10);
/// How a session ended is logged within this time of its end.
const LOGGED: Duration = Duration::minutes(15);
/// No session runs longer.
const LONGEST: Duration = Duration::hours(48);

/// Every session in scope.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let sessions = context.world.sessions.keys().filter(|arn| scope.holds(arn.account().as_ref(), None));
    sessions.map(Subject::session).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let found = if let Key::Session(arn) = &subject.key { view.of.world.sessions.get(arn) } else { None };
    let Some(session) = found else {
        return Judgement::insufficient("outcome_unknown", "Nothing is known of the session.");
    };
    let Some(span) = view.look(&session.state) else {
        return Judgement::not_applicable("not_yet_created", "The session was not begun yet.");
    };
    let case = Case { session, span, pair: session.arn.pair(), view };
    match &span.value {
        None => case.unseen(),
        Some(state) if state.is_approved() || state.is_refused() => case.over(state),
        Some(_) => case.running(),
    }
}

/// A session and how it stands.
struct Case<'v, 'w> {
    session: &'v Session,
    span: &'v Span<SessionState>,
    pair: Option<Pair>,
    view: &'v View<'w>,
}

impl Case<'_, '_> {
    fn begun(&self) -> Instant {
        let first = self.session.state.spans().first().map_or(self.span.from, |span| span.from);
        self.session.requested.map_or(first, |(at, _)| at)
    }

    /// When it must be decided: as a record says; by the rule of 24 hours (48 for the team's own sessions), which the
    /// parameter replaces.
    fn deadline(&self) -> Instant {
        let own = self.session.action.as_ref().is_some_and(|(action, _)| action.starts_with("mpa:"));
        let rule = Duration::hours(if own { 48 } else { 24 });
        let hours = self.view.of.params.int("max_decision_hours").unwrap_or(24);
        let demanded = Duration::hours(if own { 2 * hours } else { hours });
        match self.session.expires {
            Some((at, _)) if at - self.begun() != rule => at,
            _ => self.begun() + demanded,
        }
    }

    fn gap(&self, from: Instant, to: Instant, what: &str) -> Option<Judgement> {
        let hole = self.view.covered_between(self.pair.as_ref(), from, to).err()?;
        let what = format!("{what} would be in the log of the team's owner in us-east-1");
        Some(Judgement::gap("session_log_missing", &what, &hole).citing(self.span.evidence, "session"))
    }

    fn unseen(&self) -> Judgement {
        self.gap(self.begun(), self.span.from, "The outcome of the session").unwrap_or_else(|| {
            let message = "The session is over, and no record shows how it ended; add `aws mpa get-session` of it to the snapshot.";
            Judgement::insufficient("outcome_unknown", message).citing(self.span.evidence, "session")
        })
    }

    fn running(&self) -> Judgement {
        for (when, _) in &self.span.confirmed {
            self.view.changes_at(*when);
        }
        let (shown, evidence) = self.span.last_shown(self.view.now());
        let log = self.view.covered_between(self.pair.as_ref(), shown, self.view.now()).ok();
        let log = log.and_then(|covered| Proof::absence(covered, "no outcome of the session"));
        let proof = Proof::shown(evidence, "session pending").with(log);
        let near = self.view.within(shown, self.view.of.world.coverage.terms().max_gap);
        let deadline = self.deadline();
        if shown > deadline {
            return self.late(&proof);
        }
        if !near && let Some(gap) = self.gap(shown, self.view.now(), "Whether the session was decided") {
            return gap;
        }
        self.view.changes_at(deadline + instant::tick());
        if self.view.now() > deadline {
            return self.late(&proof);
        }
        let message = format!("The session runs until {}.", instant::show(deadline));
        Judgement::compliant("in_grace", message, &proof)
    }

    fn late(&self, proof: &Proof) -> Judgement {
        let message = format!("The session was not decided by {}.", instant::show(self.deadline()));
        Judgement::non_compliant("not_decided", message, proof)
    }

    fn over(&self, state: &SessionState) -> Judgement {
        let inferred = self.span.origin == Origin::Inferred;
        if inferred && self.view.within(self.span.from, LOGGED) {
            let message = "The session's time is over; how it ended may still be logged.";
            return Judgement::insufficient("outcome_unknown", message).citing(self.span.evidence, "session");
        }
        if !inferred && !is_expired(state) {
            if let Some(answer) = self.unlogged_outcome(state) {
                return answer;
            }
            if self.ended() > self.deadline() {
                let message = format!("The session was decided at {}, after {}.", instant::show(self.ended()), instant::show(self.deadline()));
                return Judgement::non_compliant("decided_late", message, &Proof::shown(self.span.evidence, state.said()));
            }
        }
        let request = match self.request() {
            Ok(evidence) => evidence,
            Err(answer) => return *answer,
        };
        let proof = Proof::shown(self.span.evidence, state.said()).and(request, "request");
        let proof = match &self.session.logged {
            Some((logged, evidence)) => proof.and(*evidence, format!("{} in the log", logged.said())),
            None => proof,
        };
        if is_expired(state) {
            // That it ended by itself stands on a log without an outcome.
            let log = self.view.covered_between(self.pair.as_ref(), self.begun(), self.span.from + LOGGED).ok();
            let log = log.filter(|_| inferred).and_then(|covered| Proof::absence(covered, "no outcome of the session"));
            return self.expired(&proof.with(log));
        }
        let took = instant::say(self.ended() - self.begun());
        let message = format!("The session ended {} after {took}; request and outcome are in the log.", state.said());
        Judgement::compliant("decided_and_logged", message, &proof)
    }

    fn ended(&self) -> Instant {
        match self.session.completed {
            Some((at, _)) if at < self.span.from => at,
            _ => self.span.from,
        }
    }

    /// Only a snapshot shows the end, and the log, which is whole, does not.
    fn unlogged_outcome(&self, state: &SessionState) -> Option<Judgement> {
        if self.session.logged.as_ref().is_some_and(|(logged, _)| logged.is_approved() || logged.is_refused()) {
            return None;
        }
        let what = "The outcome of the session";
        if let Some(gap) = self.gap(self.begun(), self.span.from, what) {
            return Some(gap);
        }
        let covered = self.view.covered_between(self.pair.as_ref(), self.begun(), self.span.from).ok()?;
        let proof = Proof::shown(self.span.evidence, state.said()).with(Proof::absence(covered, "no outcome of the session"));
        let message = format!("The session is {}, and the log of the team's owner does not show it.", state.said());
        Some(Judgement::non_compliant("outcome_not_logged", message, &proof))
    }

    /// The call that began the session.
    fn request(&self) -> Result<Evidence, Box<Judgement>> {
        let (begun, known) = (self.begun(), self.session.requested.is_some());
        let (from, to) = if known { (begun - SAME_REQUEST, begun + SAME_REQUEST) } else { (begun - LONGEST, begun) };
        let calls = &self.view.of.world.team_calls;
        let first = calls.partition_point(|call| call.at < from);
        let near = calls.iter().skip(first).take_while(|call| call.at <= to).filter(|call| call.what.refusal.is_none());
        let mut begins = near.filter(|call| {
            let own = matches!(call.what.name.as_str(), "UpdateApprovalTeam" | "StartActiveApprovalTeamDeletion");
            match &call.what.session {
                Some(named) => *named == self.session.arn && call.what.name.starts_with("Start"),
                None => {
                    (own && call.what.team.is_some() && call.what.team == self.session.team)
                        || (call.what.name == "StartApprovalTeamBaseline" && call.what.team == self.session.team)
                }
            }
        });
        if let Some(call) = begins.next() {
            return Ok(call.evidence);
        }
        let to = to.min(self.span.from);
        if let Some(gap) = self.gap(from, to, "The request of the session") {
            return Err(Box::new(gap));
        }
        let shown = Proof::shown(self.span.evidence, "session");
        let covered = self.view.covered_between(self.pair.as_ref(), from, to).ok();
        let proof = shown.with(covered.and_then(|covered| Proof::absence(covered, "no request of the session")));
        let message = "The session ended, and the log of the team's owner does not show who asked for it.";
        Err(Box::new(Judgement::non_compliant("request_not_logged", message, &proof)))
    }

    /// A session that expired counts only if the team lets too many expire.
    fn expired(&self, proof: &Proof) -> Judgement {
        let from = self.view.window();
        let allowed = self.view.of.params.number("max_expired_ratio").unwrap_or(0.25);
        let (mut over, mut expired, mut unknown) = (0_u32, 0_u32, 0_u32);
        let mut proof = proof.clone();
        for session in self.view.of.world.sessions.values().filter(|s| s.team == self.session.team) {
            let Some(span) = self.view.look(&session.state) else { continue };
            let ended = span.value.as_ref().is_none_or(|state| state.is_approved() || state.is_refused());
            if !ended || span.from < from {
                continue;
            }
            self.view.ends_in(from, span.from);
            over += 1;
            match &span.value {
                None => unknown += 1,
                Some(_) if span.origin == Origin::Inferred && self.view.within(span.from, LOGGED) => unknown += 1,
                Some(state) if is_expired(state) => {
                    expired += 1;
                    proof = proof.and(span.evidence, "expired");
                }
                Some(_) => proof = proof.and(span.evidence, "another session of the team"),
            }
        }
        let tell = |j: Judgement| j.observed("expired", expired).observed("sessions", over).expected("max_expired_ratio", allowed);
        let limit = allowed * f64::from(over) + 1e-9;
        if f64::from(expired) > limit {
            let message = format!("The session expired undecided, as {expired} of the team's {over} sessions in the window did.");
            return tell(Judgement::non_compliant("too_many_expired", message, &proof));
        }
        if f64::from(expired + unknown) > limit {
            let message = format!("The session expired undecided; how {unknown} other sessions of the team ended is not known.");
            return tell(Judgement::insufficient("outcome_unknown", message).citing_all(&proof));
        }
        match self.view.covered(self.pair.as_ref(), from).map(|covered| Proof::absence(covered, "no other session")) {
            Err(hole) => tell(Judgement::gap("session_log_missing", "How many sessions of the team expired cannot be known", &hole)),
            Ok(absence) => {
                let message = format!("The session expired undecided, as {expired} of the team's {over} sessions in the window did.");
                tell(Judgement::compliant("few_expired", message, &proof.with(absence)))
            }
        }
    }
}

/// An expiry leaves no record of its own.
fn is_expired(state: &SessionState) -> bool {
    state.code.as_deref() == Some("EXPIRED")
}
