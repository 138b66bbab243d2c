//! APR-09: nobody takes a vault's team away, or makes a team weaker, without the approval of the team in force.

use super::judgement::{Judgement, Proof, State};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::teams::SAME_REQUEST;
use super::{air_gapped, periods, teams};
use crate::arn::TeamArn;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::Draft;
use crate::facts::calls::TeamCall;
use crate::facts::words::{Association, InvitationStatus};
use crate::instant::{self, Instant};
use crate::timeline::Timeline;
use crate::world::approval::Team;
use crate::world::session::Session;
use crate::world::share::Share;
use crate::world::vault::Vault;
use crate::world::{Happened, World};
use chrono::Duration;

/// An update is decided, and validated, within this time.
const UPDATE_RUNS: Duration = Duration::hours(48);

pub fn check(params: &super::params::Params) -> Result<(), String> {
    periods::check(params, "allow_tickets")
}

/// Every team, and every air-gapped vault.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    teams::subjects(context).into_iter().chain(air_gapped::subjects(context)).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || Judgement::insufficient("coverage_gap", format!("Nothing is known of {}.", subject.id));
    match &subject.key {
        Key::Vault(_) => air_gapped::vault(subject, view).map_or_else(unknown, |vault| on_vault(vault, view)),
        _ => teams::team(subject, view).map_or_else(unknown, |team| on_team(team, view)),
    }
}

/// How a change stands.
enum Weighed {
    /// It weakens nothing, or the team decides about it; and what shows that.
    Fine(Option<Proof>),
    /// Held against the subject: the reason, and what proves it.
    Against(&'static str, Proof),
    /// It cannot be told.
    Open(Box<Judgement>),
}

/// What the changes of the window come to.
#[derive(Default)]
struct Found {
    against: Vec<(&'static str, String, Proof)>,
    open: Option<Judgement>,
    fine: Vec<Proof>,
}

impl Found {
    fn add(&mut self, evidence: Evidence, said: String, weighed: Weighed) {
        match weighed {
            Weighed::Fine(more) => self.fine.push(Proof::shown(evidence, said).with(more)),
            Weighed::Against(code, proof) => self.against.push((code, said, proof)),
            Weighed::Open(judgement) => self.open = self.open.take().or(Some(*judgement)),
        }
    }

    fn convict(&self) -> Option<Judgement> {
        let (code, _, first) = self.against.first()?;
        let proof = self.against.iter().skip(1).fold(first.clone(), |all, (.., proof)| all.also(proof.clone()));
        let said: Vec<&str> = self.against.iter().map(|(_, said, _)| said.as_str()).collect();
        let message = format!("Done without the approval of the team in force: {}.", said.join("; "));
        Some(Judgement::non_compliant(code, message, &proof).observed("changes", said))
    }

    fn acquit(self, pair: Option<&Pair>, from: Instant, view: &View<'_>) -> Judgement {
        if let Some(open) = self.open {
            return open;
        }
        let seen = self.fine.len();
        match view.covered(pair, from).map(|covered| Proof::absence(covered, "no other change")) {
            Err(hole) => Judgement::gap("coverage_gap", "Whether approval was weakened cannot be known", &hole),
            Ok(None) => Judgement::insufficient("coverage_gap", "No log is known that could show a change."),
            Ok(Some(proof)) => {
                let code = if seen == 0 { "no_changes" } else { "changes_governed" };
                let message = "No change of the window weakened approval, or each was put before the team.";
                let proof = self.fine.into_iter().fold(proof, |all, fine| all.with(Some(fine)));
                Judgement::compliant(code, message, &proof).observed("changes", seen)
            }
        }
    }
}

/// Where the window begins; before it was made nothing can have been changed.
fn begin(created: Option<Instant>, view: &View<'_>) -> Instant {
    let days = view.of.params.int("window_days").unwrap_or(90);
    let from = view.window_of_days(days);
    match created.filter(|created| *created > from) {
        Some(created) => {
            view.changes_at(created + Duration::days(days) + instant::tick());
            created
        }
        None => from,
    }
}

fn said(call: &Happened<TeamCall>) -> String {
    format!("{} by {} at {}", call.what.name, call.what.actor.said(), instant::show(call.at))
}

fn has_ticket(at: Instant, view: &View<'_>) -> bool {
    periods::read(view.of.params.list("allow_tickets")).any(|(from, to)| from <= at && at <= to)
}

fn on_vault(vault: &Vault, view: &View<'_>) -> Judgement {
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let from = begin(vault.created.map(|(at, _)| at), view);
    let mut found = Found::default();
    let on_it = |call: &Happened<TeamCall>| {
        call.what.refusal.is_none() && call.what.target.as_deref() == Some(vault.arn.as_str())
    };
    for call in view.happened_to(&view.of.world.team_calls, from, on_it) {
        let associates = match call.what.name.as_str() {
            "AssociateBackupVaultMpaApprovalTeam" => true,
            "DisassociateBackupVaultMpaApprovalTeam" => false,
            _ => continue,
        };
        found.add(call.evidence, said(call), weigh_association(vault, call, associates, view));
    }
    found.convict().unwrap_or_else(|| found.acquit(vault.pair().as_ref(), from, view))
}

/// Letting a vault's team go, or putting another in its place, is for the team in force to decide; the first association is
/// nobody's.
fn weigh_association(vault: &Vault, call: &Happened<TeamCall>, associates: bool, view: &View<'_>) -> Weighed {
    let before = call.at - instant::tick();
    let held = vault.team.at(before);
    let whole = |from| view.covered_between(vault.pair().as_ref(), from, before).ok();
    let none = |from| whole(from).and_then(|covered| Proof::absence(covered, "no team before"));
    let current = held.and_then(|span| span.value.clone().flatten());
    let shown = held.map(|span| Proof::shown(span.evidence, "the team before").and(span.last_shown(before).1, "the team before"));
    let had_none = match held {
        Some(span) if span.value == Some(None) => none(span.last_shown(before).0).map(Some),
        Some(_) => None,
        None => vault.created.and_then(|(created, _)| if created > before { Some(None) } else { none(created).map(Some) }),
    };
    if let Some(absence) = had_none {
        return Weighed::Fine(shown.map(|shown| shown.with(absence.clone())).or(absence));
    }
    let same = associates && current.is_some() && current == call.what.team;
    if same || has_ticket(call.at, view) {
        return Weighed::Fine(shown);
    }
    let action = if associates { ":AssociateBackupVault" } else { ":DisassociateBackupVault" };
    let about = |session: &&Session| {
        session.resource.as_ref().is_some_and(|(on, _)| on == vault.arn.as_str())
            && session.action.as_ref().is_some_and(|(name, _)| name.contains(action))
            && begun(session).is_some_and(|at| (at - call.at).abs() <= SAME_REQUEST)
    };
    let asked = Proof::shown(call.evidence, "asked for").with(shown);
    if let Some(session) = view.of.world.sessions.values().find(about) {
        return by_whom(session, current.as_ref(), asked, view);
    }
    if view.within(call.at, SAME_REQUEST) {
        return Weighed::Fine(Some(asked));
    }
    let Some(team) = current else {
        let message = format!("{}, and which team the vault had before is not known; add the owner's log.", said(call));
        return Weighed::Open(Box::new(
            Judgement::insufficient("previous_team_unknown", message).citing(call.evidence, "asked for"),
        ));
    };
    without_session(&team, call, "changed_without_session", asked, view)
}

/// A session decides; it must be one of the team in force. Another team's is harmless as long as it is known not to be
/// approved.
fn by_whom(session: &Session, current: Option<&TeamArn>, asked: Proof, view: &View<'_>) -> Weighed {
    let asked = asked.with(teams::session_shown(session));
    let (Some(by), Some(team)) = (session.team.as_ref(), current) else { return Weighed::Fine(Some(asked)) };
    if by == team {
        return Weighed::Fine(Some(asked));
    }
    let state = view.state(&session.state, session.arn.pair().as_ref(), "session of another team");
    let approved = state.last_known().filter(|(value, _)| value.is_approved());
    match (approved, state) {
        (Some((_, proof)), _) => Weighed::Against("approved_by_other_team", asked.with(Some(proof))),
        (None, State::Known { proof, .. }) => Weighed::Fine(Some(asked.with(Some(proof)))),
        (None, State::Stale { value, evidence, .. }) if value.is_refused() => {
            Weighed::Fine(Some(asked.and(evidence, "session of another team")))
        }
        (None, _) => {
            let message = format!("{by} was asked instead of {team}; what it decided is not known; add its owner's log.");
            let open = Judgement::insufficient("session_log_missing", message);
            Weighed::Open(Box::new(open.citing_all(&asked)))
        }
    }
}

/// No session is known: an absence if the team owner's log is whole around the call.
fn without_session(team: &TeamArn, call: &Happened<TeamCall>, code: &'static str, asked: Proof, view: &View<'_>) -> Weighed {
    match view.covered_between(team.pair().as_ref(), call.at - SAME_REQUEST, call.at + SAME_REQUEST) {
        Ok(covered) => Weighed::Against(code, asked.with(Proof::absence(covered, "no session for it"))),
        Err(hole) => {
            let what = "A session about it would be in the log of the team's owner in us-east-1";
            Weighed::Open(Box::new(Judgement::gap("session_log_missing", what, &hole).citing(call.evidence, "asked for")))
        }
    }
}

fn begun(session: &Session) -> Option<Instant> {
    session.requested.map(|(at, _)| at).or_else(|| session.state.spans().first().map(|span| span.from))
}

fn on_team(team: &Team, view: &View<'_>) -> Judgement {
    if let Some(answer) = teams::lifetime(team, view).filter(|_| team.created.is_some_and(|at| !view.is_past(at))) {
        return answer;
    }
    let from = begin(team.created, view);
    let mut found = Found::default();
    let counts = |call: &Happened<TeamCall>| {
        let source = || call.what.name == "DeleteIdentitySource" && call.what.account == team.arn.account();
        call.what.refusal.is_none() && (call.what.team.as_ref() == Some(&team.arn) || source())
    };
    for call in view.happened_to(&view.of.world.team_calls, from, counts) {
        let on_it = call.what.team.as_ref() == Some(&team.arn);
        let weighed = match call.what.name.as_str() {
            "UpdateApprovalTeam" if on_it => weigh_update(team, call, view),
            "StartActiveApprovalTeamDeletion" if on_it => {
                let asked = Proof::shown(call.evidence, "deletion asked for");
                match before_the_team(team, call, "Deletion", "DELETE_", view) {
                    Some(shown) => Weighed::Fine(Some(shown)),
                    None => without_session(&team.arn, call, "deleted_without_session", asked, view),
                }
            }
            // No session stands before this call: whoever makes it blinds every approver.
            "DeleteIdentitySource" if call.what.account.is_some() && call.what.account == team.arn.account() => {
                Weighed::Against("identity_source_deleted", Proof::shown(call.evidence, "identity source deleted"))
            }
            _ => continue,
        };
        let weighed = if has_ticket(call.at, view) { Weighed::Fine(None) } else { weighed };
        found.add(call.evidence, said(call), weighed);
    }
    for removal in view.happened(&removals(team, view.of.world), from) {
        let ticket = has_ticket(removal.at, view);
        let (said, inside) = &removal.what;
        let shown = inside.iter().map(|evidence| (*evidence, "the team in the share"));
        let proof = Proof::shown(removal.evidence, said.clone()).with(Proof::all(shown));
        let weighed = if ticket { Weighed::Fine(None) } else { Weighed::Against("team_share_removed", proof) };
        found.add(removal.evidence, said.clone(), weighed);
    }
    if let Some(answer) = found.convict() {
        return answer;
    }
    match teams::lifetime(team, view).filter(|_| found.open.is_none()) {
        Some(deleted) => deleted,
        None => found.acquit(team.pair().as_ref(), from, view),
    }
}

/// What shows that the change was put before the team: a session of it, or its status code; or that it came to nothing.
fn before_the_team(team: &Team, call: &Happened<TeamCall>, word: &str, codes: &str, view: &View<'_>) -> Option<Proof> {
    let about = |session: &&Session| {
        session.team.as_ref() == Some(&team.arn)
            && session.action.as_ref().is_none_or(|(name, _)| name.contains(word))
            && begun(session).is_some_and(|at| (at - call.at).abs() <= SAME_REQUEST)
    };
    let coded = team.code.spans().iter().find(|span| {
        let code = span.value.as_ref().and_then(Option::as_deref).and_then(|code| code.strip_prefix(codes));
        let soon = |limit| span.from >= call.at && span.from <= call.at + limit;
        (code == Some("PENDING_APPROVAL") && soon(SAME_REQUEST))
            || (code.is_some_and(|code| code.starts_with("FAILED")) && soon(UPDATE_RUNS))
    });
    let asked = || Proof::shown(call.evidence, "asked for");
    let coded = coded.map(|span| asked().and(span.evidence, "put before the team"));
    let session = || view.of.world.sessions.values().find(about).map(|session| asked().with(teams::session_shown(session)));
    coded.or_else(session).or_else(|| view.within(call.at, SAME_REQUEST).then(asked))
}

fn weigh_update(team: &Team, call: &Happened<TeamCall>, view: &View<'_>) -> Weighed {
    if let Some(shown) = before_the_team(team, call, "UpdateApprovalTeam", "UPDATE_", view) {
        return Weighed::Fine(Some(shown));
    }
    let asked = Proof::shown(call.evidence, "update asked for").with(around(team, call));
    match weakens(team, call) {
        Some(false) => Weighed::Fine(Some(asked)),
        Some(true) => without_session(&team.arn, call, "weakened_without_session", asked, view),
        None => match without_session(&team.arn, call, "weakened_without_session", asked, view) {
            Weighed::Against(..) => {
                let message = format!(
                    "{}; the record does not show what it changes; add `aws mpa get-approval-team` before and after it.",
                    said(call)
                );
                let open = Judgement::insufficient("change_unknown", message).citing(call.evidence, "update asked for");
                Weighed::Open(Box::new(open))
            }
            open => open,
        },
    }
}

/// Whether an update lowers the threshold or takes approvers away; `None`: no record shows it.
fn weakens(team: &Team, call: &Happened<TeamCall>) -> Option<bool> {
    fn after<T: Clone + PartialEq>(line: &Timeline<T>, call: Instant) -> Option<T> {
        line.spans().iter().filter(|span| span.from > call).find_map(|span| span.value.clone())
    }
    let draft = team.draft.spans().iter().find(|s| s.evidence == call.evidence).and_then(|s| s.value.clone().flatten());
    let Draft { threshold, approvers, .. } = draft.unwrap_or_default();
    let old = team.threshold.at(call.at - instant::tick()).and_then(|span| span.value);
    let new = threshold.or_else(|| after(&team.threshold, call.at));
    let lower = old.zip(new).map(|(old, new)| new < old);
    let old = team.approvers.at(call.at - instant::tick()).and_then(|span| span.value.clone());
    let new = approvers.or_else(|| after(&team.approvers, call.at));
    let fewer = old.zip(new).map(|(old, new)| old.iter().any(|o| !new.iter().any(|n| n.identity == o.identity)));
    match (lower, fewer) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// What shows the threshold and the approvers before an update, and those since where only a later entry shows them.
fn around(team: &Team, call: &Happened<TeamCall>) -> Option<Proof> {
    fn both<T: Clone + PartialEq>(line: &Timeline<T>, call: Instant) -> impl Iterator<Item = Evidence> {
        let before = line.at(call - instant::tick()).map(|span| span.evidence);
        let after = line.spans().iter().find(|span| span.from > call && span.value.is_some()).map(|span| span.evidence);
        before.into_iter().chain(after)
    }
    let all = both(&team.threshold, call.at).chain(both(&team.approvers, call.at));
    Proof::all(all.map(|evidence| (evidence, "threshold and approvers".to_owned())))
}

/// When an account lost the team, or the team was taken out of a share, in order of time.
fn removals(team: &Team, world: &World) -> Vec<Happened<(String, Vec<Evidence>)>> {
    let mut all: Vec<Happened<(String, Vec<Evidence>)>> = Vec::new();
    for share in world.shares.values() {
        let Some(resource) = share.resources.get(team.arn.as_str()) else { continue };
        let mut ends = |line: &Timeline<Association>, what: &str, left: &dyn Fn(Instant) -> bool| {
            for pair in line.spans().windows(2) {
                let [before, end] = pair else { continue };
                let was_in = before.value.as_ref().is_some_and(Association::is_in);
                if was_in && end.value == Some(Association::Disassociated) && !left(end.from) {
                    let what = format!("{what} at {}", instant::show(end.from));
                    let inside = resource.spans().iter().map(|span| span.evidence).chain([before.evidence]).collect();
                    all.push(Happened { at: end.from, evidence: end.evidence, what: (what, inside) });
                }
            }
        };
        ends(resource, "the team left its share", &|_| false);
        for (principal, line) in &share.principals {
            let what = format!("{principal} lost the team");
            ends(line, &what, &|at| never_took(share, principal, at, world));
        }
    }
    all.sort_by(|a, b| (a.at, a.evidence, &a.what).cmp(&(b.at, b.evidence, &b.what)));
    all
}

/// Whoever rejects an invitation, or lets it expire, loses nothing.
fn never_took(share: &Share, principal: &str, at: Instant, world: &World) -> bool {
    world.invitations.values().any(|invitation| {
        invitation.share.as_ref().is_some_and(|(arn, _)| *arn == share.arn)
            && invitation.receiver.as_ref().is_some_and(|(account, _)| account.as_str() == principal)
            && invitation.status.spans().iter().any(|span| {
                span.from == at && matches!(span.value, Some(InvitationStatus::Rejected | InvitationStatus::Expired))
            })
    })
}
