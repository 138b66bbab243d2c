//! APR-07: a recovery account gets access to a LAG vault only after its request, and after enough approvals of its session.

use super::judgement::{Covered, Hole, Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{SessionArn, TeamArn};
use crate::coverage::Pair;
use crate::evidence::{Evidence, Note};
use crate::facts::Approver;
use crate::facts::words::{SessionState, VaultState};
use crate::instant::{self, Instant};
use crate::timeline::{Origin, Span};
use crate::world::World;
use crate::world::access::{Access, is_about_access};
use crate::world::session::Session;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// A session is begun by the call that asks for access.
const SAME_REQUEST: Duration = Duration::minutes(10);

/// Requests for access, and sessions about access of which nothing else is known.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let world = context.world;
    let scope = &context.policy.scope;
    let mut linked: BTreeSet<&SessionArn> = BTreeSet::new();
    let mut subjects = Vec::new();
    for access in world.accesses.values() {
        let session = session_of(access, world);
        linked.extend(session.map(|s| &s.arn));
        let arn = access.vault.as_ref();
        // Where no vault is known, the session stands for the request.
        let id = arn.map(ToString::to_string).or_else(|| session.map(|s| s.arn.to_string())).unwrap_or_else(|| access.id.clone());
        let source = access.source.as_ref().map(|(vault, _)| vault);
        let account = access.account.clone();
        let region = arn.or(source).and_then(crate::arn::VaultArn::region);
        if scope.holds(source.and_then(crate::arn::VaultArn::account).as_ref(), region.as_ref()) {
            subjects.push(Subject::access(&access.id, id, account, region));
        }
    }
    let alone = world.sessions.values().filter(|s| is_about_access(s) && !linked.contains(&s.arn));
    subjects.extend(alone.map(|s| Subject::access(s.arn.as_str(), s.arn.to_string(), s.arn.account(), s.arn.region())));
    subjects
}

/// The session that decided about an access.
fn session_of<'w>(access: &Access, world: &'w World) -> Option<&'w Session> {
    world.sessions.get(&access.session.as_ref()?.0)
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let world = view.of.world;
    let Key::Access(key) = &subject.key else { return Judgement::insufficient("availability_unknown", "Nothing is known of it.") };
    let access = world.accesses.get(key);
    let session = access.map_or_else(|| world.sessions.get(&SessionArn::new(key.clone())), |access| session_of(access, world));
    let asked = access.and_then(|a| a.requested).or_else(|| session.and_then(|s| s.requested));
    let available = access.and_then(Access::available).filter(|(at, _)| view.is_past(*at));
    if available.is_none() && asked.is_some_and(|(at, _)| !view.is_past(at)) {
        return Judgement::not_applicable("not_yet_created", "Access was not asked for yet.");
    }
    for span in access.map(|a| a.state.spans()).unwrap_or_default() {
        view.changes_at(span.from);
    }
    let request = asked.map(|(_, evidence)| Proof::shown(evidence, "request"));
    let Some(session) = session else { return without_session(access, asked, available, view) };
    let Some(state) = view.look(&session.state) else {
        // The session is named, nothing of it is seen yet.
        return without_session(access, asked, available, view);
    };
    let case = Case { session, state, access, asked, available, request, view };
    case.judge()
}

/// Access, its session, and how they stand at the instant.
struct Case<'v, 'w> {
    session: &'w Session,
    state: &'w Span<SessionState>,
    access: Option<&'w Access>,
    asked: Option<(Instant, Evidence)>,
    available: Option<(Instant, Evidence)>,
    request: Option<Proof>,
    view: &'v View<'w>,
}

impl Case<'_, '_> {
    fn judge(&self) -> Judgement {
        let Some(outcome) = &self.state.value else { return self.ended_unseen() };
        let proof = self.proof(format!("session {}", outcome.said()));
        let Some((available, _)) = self.available else { return self.not_available(outcome, &proof) };
        if !outcome.is_approved() {
            let late = self.session.state.spans().iter().find(|s| s.value.as_ref().is_some_and(SessionState::is_approved));
            if let Some(late) = late.filter(|late| late.from - available <= self.skew()) {
                self.view.changes_at(late.from);
                return Judgement::compliant("approved_in_order", "Access and approval came together.", &proof);
            }
            let message = format!("Access was there at {} although the session is {}.", instant::show(available), outcome.said());
            return Judgement::non_compliant("session_not_approved", message, &proof);
        }
        if available + self.skew() < self.state.from {
            let early = instant::say(self.state.from - available);
            let message = format!("Access was there {early} before the session was approved.");
            return Judgement::non_compliant("access_before_approval", message, &proof);
        }
        self.votes(&proof).unwrap_or_else(|| {
            let message = format!("Asked, approved at {}, and opened at {}, in this order.", instant::show(self.state.from), instant::show(available));
            let members = self.members().map(|(_, evidence)| Proof::shown(evidence, "members of the team"));
            let proof = proof.clone().with(self.threshold().map(|(_, shown)| shown)).with(members);
            Judgement::compliant("approved_in_order", message, &proof)
        })
    }

    /// The session is over, and no record shows how it ended.
    fn ended_unseen(&self) -> Judgement {
        let begun = self.asked.map_or(self.state.from, |(at, _)| at);
        let what = "The session is over; its outcome would be in the log of the team's owner in us-east-1";
        match self.view.covered_between(self.team_log().as_ref(), begun, self.state.from) {
            Err(hole) => Judgement::gap("session_log_missing", what, &hole).citing(self.state.evidence, "session"),
            Ok(_) => Judgement::insufficient("availability_unknown", "The outcome of the session is not known."),
        }
    }

    fn proof(&self, note: impl Into<Note>) -> Proof {
        let shown = Proof::shown(self.state.last_shown(self.view.now()).1, note).with(self.request.clone());
        let shown = self.session.requested.map_or(shown.clone(), |(_, e)| shown.and(e, "session begun"));
        let shown = self.session.approved_by.as_ref().filter(|_| self.state.value.as_ref().is_some_and(SessionState::is_approved)).map_or(
            shown.clone(),
            |(ids, e)| shown.and(*e, format!("{} approvals", ids.len())),
        );
        self.available.map_or(shown.clone(), |(_, e)| shown.and(e, "access"))
    }

    fn skew(&self) -> Duration {
        Duration::seconds(self.view.of.params.int("clock_skew_s").unwrap_or(300))
    }

    fn not_available(&self, outcome: &SessionState, proof: &Proof) -> Judgement {
        let failed = self.access.and_then(|a| a.state.at(self.view.now())).is_some_and(|s| s.value == Some(VaultState::Failed));
        let running = !outcome.is_refused() && !outcome.is_approved() && !failed;
        let undecided = match self.undecided_since().filter(|_| running) {
            Some(Err(hole)) => {
                let what = "The session was last seen undecided; its outcome would be in the log of the team's owner in us-east-1";
                return Judgement::gap("session_log_missing", what, &hole).citing_all(proof);
            }
            Some(Ok(covered)) => Proof::absence(covered, "no outcome of the session"),
            None => None,
        };
        let proof = &proof.clone().with(undecided);
        // Later evidence dates the access: until then it was not given.
        let later = self.access.and_then(Access::available).is_some();
        if !outcome.is_approved() || failed || later {
            let message = format!("The session is {}, and no access was given.", outcome.said());
            return Judgement::compliant("no_access_given", message, proof);
        }
        let message = "The session was approved, but no record shows whether access was given; add `aws backup list-restore-access-backup-vaults` of the vault to the snapshot.";
        Judgement::insufficient("availability_unknown", message).citing_all(proof)
    }

    /// The team owner's log since the session was last seen, or the hole in which an outcome may have been missed; `None`: it
    /// was seen just now.
    fn undecided_since(&self) -> Option<Result<Covered, Hole>> {
        let (shown, _) = self.state.last_shown(self.view.now());
        if self.view.within(shown, self.view.of.world.coverage.terms().max_gap) {
            return None;
        }
        for (again, _) in &self.state.confirmed {
            self.view.changes_at(*again);
        }
        Some(self.view.covered(self.team_log().as_ref(), shown))
    }

    fn team_log(&self) -> Option<Pair> {
        self.team().and_then(crate::arn::TeamArn::pair)
    }

    /// What is wrong with the votes; `None`: nothing.
    fn votes(&self, proof: &Proof) -> Option<Judgement> {
        if let Some((execution, evidence)) = self.session.execution.as_ref().filter(|(status, _)| status == "FAILED") {
            let message = format!("Access was there although the execution of the session is {execution}.");
            return Some(Judgement::non_compliant("execution_failed", message, &proof.clone().and(*evidence, "execution")));
        }
        let Some((voters, _)) = &self.session.approved_by else {
            let message = "No record shows who approved the session; add `aws mpa get-session` of it to the snapshot.";
            return Some(Judgement::insufficient("votes_unknown", message).citing_all(proof));
        };
        let voters: BTreeSet<&str> = voters.iter().map(String::as_str).collect();
        let Some((needed, shown)) = self.threshold() else {
            let message = "How many approvals the team required at the request is not known; add `aws mpa get-approval-team` or `get-session` to the snapshot.";
            return Some(Judgement::insufficient("threshold_unknown", message).citing_all(proof));
        };
        let proof = &proof.clone().with(Some(shown));
        let given = i64::try_from(voters.len()).unwrap_or(i64::MAX);
        if given < needed {
            let message = format!("Access was given after {given} of {needed} required approvals.");
            return Some(Judgement::non_compliant("below_threshold", message, proof).observed("approvals", given).expected("approvals", needed));
        }
        self.voters(&voters, proof)
    }

    /// The team's members: they change only by an approved update, so the nearest list that is known counts.
    fn members(&self) -> Option<(&[Approver], Evidence)> {
        let at = self.asked.map_or(self.state.from, |(at, _)| at);
        let team = self.view.of.world.teams.get(self.team()?)?;
        let span = team.approvers.at(at).or_else(|| team.approvers.spans().first())?;
        Some((span.value.as_deref()?, span.evidence))
    }

    fn voters(&self, voters: &BTreeSet<&str>, proof: &Proof) -> Option<Judgement> {
        if let Some((members, evidence)) = self.members() {
            let strangers: Vec<&str> =
                voters.iter().filter(|v| !members.iter().any(|m| m.identity == **v)).copied().collect();
            if !strangers.is_empty() {
                let message = format!("{} approved and is no member of the team.", strangers.join(", "));
                let proof = proof.clone().and(evidence, "members of the team");
                return Some(Judgement::non_compliant("vote_by_non_member", message, &proof).observed("strangers", strangers));
            }
        }
        if !self.view.of.params.flag("separation") {
            return None;
        }
        let requester = self.access.and_then(|a| a.requester.as_ref()).and_then(|(actor, _)| actor.identity_store_user.as_deref());
        match requester {
            Some(user) if voters.contains(user) => {
                let message = format!("{user} asked for access and approved it.");
                Some(Judgement::non_compliant("requester_among_approvers", message, proof))
            }
            None if self.request_may_be_missed() => {
                let message = "Who asked for access is not known, so that it cannot be told whether they approved their own request; add the recovery account's log.";
                Some(Judgement::insufficient("identity_unmapped", message).citing_all(proof))
            }
            None if self.view.of.params.flag("require_identity_mapping") => {
                let message = "The requester cannot be mapped to an Identity Center user, so that it cannot be told whether they approved their own request.";
                Some(Judgement::insufficient("identity_unmapped", message).citing_all(proof))
            }
            _ => None,
        }
    }

    /// Whether the request itself, which names who asked, may be in a hole of the recovery account's log.
    fn request_may_be_missed(&self) -> bool {
        let Some((at, _)) = self.asked.filter(|_| self.access.is_none_or(|a| a.requester.is_none())) else { return false };
        let account = self.access.and_then(|a| a.account.clone());
        let region = self.access.and_then(|a| a.source.as_ref()).and_then(|(vault, _)| vault.region());
        let log = account.zip(region);
        self.view.covered_between(log.as_ref(), at - SAME_REQUEST, at + SAME_REQUEST).is_err()
    }

    fn team(&self) -> Option<&TeamArn> {
        self.session.team.as_ref()
    }

    /// The team owner's log up to the later snapshot that shows the value.
    fn carried_back(&self, span: &Span<i64>, at: Instant) -> Option<Proof> {
        let (seen, _) = span.confirmed.first().filter(|(seen, _)| span.origin == Origin::Inferred && *seen > at)?;
        Proof::absence(self.view.covered_between(self.team_log().as_ref(), at, *seen).ok()?, "no change of the team")
    }

    /// Approvals required when access was asked for: as the session says, else as the team was then.
    fn threshold(&self) -> Option<(i64, Proof)> {
        if let Some((needed, evidence)) = self.session.threshold {
            return Some((needed, Proof::shown(evidence, "required approvals")));
        }
        let at = self.asked.map_or(self.state.from, |(at, _)| at);
        let team = self.view.of.world.teams.get(self.team()?)?;
        let span = team.threshold.at(at)?;
        let (shown, evidence) = span.last_shown(at);
        // An update in between would be in the log of the team's owner.
        let near = at - shown <= self.view.of.world.coverage.terms().max_gap;
        let covered = self.view.covered_between(self.team_log().as_ref(), shown, at).ok();
        let unchanged = covered.and_then(|covered| Proof::absence(covered, "no change of the team"));
        let told = Proof::shown(evidence, "required approvals").with(self.carried_back(span, at));
        (near || unchanged.is_some()).then_some((span.value?, told.with(unchanged.filter(|_| !near))))
    }
}

/// Nothing is known of a session: an absence if the team owner's log is whole, else unknown.
fn without_session(
    access: Option<&Access>,
    asked: Option<(Instant, Evidence)>,
    available: Option<(Instant, Evidence)>,
    view: &View<'_>,
) -> Judgement {
    let source = access.and_then(|a| a.source.as_ref()).and_then(|(vault, _)| view.of.world.vaults.get(vault));
    let teams = source.into_iter().flat_map(|vault| vault.team.spans());
    let team = teams.filter_map(|s| s.value.clone().flatten()).next_back();
    let pair = team.as_ref().and_then(crate::arn::TeamArn::pair);
    let skew = Duration::seconds(view.of.params.int("clock_skew_s").unwrap_or(300));
    let from = asked.or(available).map_or_else(|| view.back(skew), |(at, _)| at - skew);
    let to = available.map_or(view.now(), |(at, _)| at);
    let what = "The approval cannot be shown: the session would be in the log of the team's owner in us-east-1";
    match (view.covered_between(pair.as_ref(), from, to), available) {
        (Err(hole), _) => Judgement::gap("session_log_missing", what, &hole),
        (Ok(covered), Some((at, evidence))) => {
            let request = asked.map(|(_, evidence)| Proof::shown(evidence, "request"));
            let named = source.into_iter().flat_map(|vault| vault.team.spans()).map(|span| span.evidence);
            let named = Proof::all(named.map(|by| (by, "the team of the vault".to_owned())));
            let proof = Proof::shown(evidence, "access").with(request).with(Proof::absence(covered, "no session for it"));
            let proof = proof.with(named);
            let message = format!("Access was there at {} and no session was ever begun for it.", instant::show(at));
            Judgement::non_compliant("access_without_session", message, &proof)
        }
        (Ok(covered), None) => match Proof::absence(covered, "no session for it") {
            Some(proof) => Judgement::compliant("no_access_given", "No session was begun and no access is known.", &proof),
            None => Judgement::insufficient("session_log_missing", format!("{what}.")),
        },
    }
}
