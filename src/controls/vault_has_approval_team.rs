//! APR-05: every LAG vault has an approval team that can open it when its account is lost.

use super::{air_gapped, teams};
use super::judgement::{Judgement, Proof, State};
use super::subject::Subject;
use super::view::View;
use crate::arn::TeamArn;
use crate::facts::words::{TeamStatus, UpdateStatus};
use crate::world::session::Session;
use crate::world::vault::Vault;
use chrono::Duration;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || {
        let message = "No record shows whether the vault has a team; add `aws backup describe-backup-vault` of it to the snapshot.";
        Judgement::insufficient("association_unknown", message)
    };
    let Some(vault) = air_gapped::vault(subject, view) else { return unknown() };
    if let Some(answer) = air_gapped::lifetime(vault, view) {
        return answer;
    }
    if is_exempt(vault, view) {
        return Judgement::not_applicable("exempt", "The vault is under exempt_vaults.");
    }
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let state = view.state(&vault.team, vault.pair().as_ref(), "approval team of the vault");
    match state.last_known() {
        Some((Some(team), proof)) => with_team(vault, team, proof, &state, view),
        Some((None, proof)) => without(vault, view, &proof.with(released(vault, view))),
        None => match state {
            State::Changed(evidence) => {
                let message = "A change of the vault's team was asked for, and no session shows what the team decided; add the team \
                               owner's log, or `aws backup describe-backup-vault` to the snapshot.";
                Judgement::insufficient("association_unknown", message).citing(evidence, "change asked for")
            }
            _ => never_seen(vault, view).unwrap_or_else(unknown),
        },
    }
}

fn is_exempt(vault: &Vault, view: &View<'_>) -> bool {
    air_gapped::is_named(&vault.arn, view.of.params.list("exempt_vaults").unwrap_or_default())
}

fn grace(vault: &Vault, view: &View<'_>, proof: &Proof) -> Option<Judgement> {
    let (created, evidence) = vault.created?;
    let days = view.of.params.int("grace_days").unwrap_or(7);
    view.within(created, Duration::days(days)).then(|| {
        let message = format!("The vault is new; it must have a team within {days} days.");
        Judgement::compliant("in_grace", message, &proof.clone().and(evidence, "creation"))
    })
}

/// What shows how the vault lost its team where a session decided that: the teams before, the call, and the session.
fn released(vault: &Vault, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    let end = vault.team.at(view.now())?;
    let decided = |session: &&Session| session.state.spans().iter().any(|span| span.evidence == end.evidence);
    let session = world.sessions.values().find(decided)?;
    let begun = session.requested.map(|(at, _)| at)?;
    let calls = world.team_calls.iter().filter(|call| {
        call.what.target.as_deref() == Some(vault.arn.as_str()) && (call.at - begun).abs() <= teams::SAME_REQUEST
    });
    let calls = calls.map(|call| (call.evidence, "release asked for".to_owned()));
    let before = vault.team.spans().iter().filter(|span| span.from < end.from);
    let before = before.map(|span| (span.evidence, "the team before".to_owned()));
    teams::session_shown(session).map(|shown| shown.with(Proof::all(calls.chain(before))))
}

fn without(vault: &Vault, view: &View<'_>, proof: &Proof) -> Judgement {
    grace(vault, view, proof).unwrap_or_else(|| {
        Judgement::non_compliant("no_team", "The vault has no approval team: if its account is lost, so is the vault.", proof)
    })
}

/// No record of a team at all: that is an absence if the log reaches back to the vault's creation.
fn never_seen(vault: &Vault, view: &View<'_>) -> Option<Judgement> {
    let (created, evidence) = vault.created?;
    let creation = Proof::shown(evidence, "creation");
    if let Some(young) = grace(vault, view, &creation) {
        return Some(young);
    }
    let covered = view.covered(vault.pair().as_ref(), created).ok()?;
    let proof = creation.with(Proof::absence(covered, "no association of a team"));
    Some(without(vault, view, &proof))
}

fn with_team(vault: &Vault, team: &TeamArn, proof: Proof, state: &State<'_, Option<TeamArn>>, view: &View<'_>) -> Judgement {
    let named = |j: Judgement| j.observed("MpaApprovalTeamArn", team.as_str());
    if let Some(update) = view.look(&vault.team_update).filter(|s| s.value == Some(UpdateStatus::Failed)) {
        let message = "The latest change of the vault's approval team failed.";
        return named(Judgement::non_compliant("team_update_failed", message, &proof.and(update.evidence, "update failed")));
    }
    let Some(known) = view.of.world.teams.get(team) else {
        let message = format!("Nothing is known of the team {team}; add `aws mpa get-approval-team` of it to the snapshot.");
        return named(Judgement::insufficient("team_unknown", message)).citing_all(&proof);
    };
    let status = view.state(&known.status, known.pair().as_ref(), "status of the team");
    let Some((value, shown)) = status.last_known() else {
        let message = format!("No record shows the status of the team {team}; add `aws mpa get-approval-team` of it to the snapshot.");
        return named(Judgement::insufficient("team_unknown", message)).citing_all(&proof);
    };
    let proof = proof.with(Some(shown));
    if matches!(value, TeamStatus::Other(_)) {
        let message = format!("The status of the team is {value}, which is none that is known.");
        return named(Judgement::insufficient("team_unknown", message)).citing_all(&proof);
    }
    if *value != TeamStatus::Active {
        let message = format!("The vault's approval team is {value}: it cannot open the vault.");
        return named(Judgement::non_compliant("team_not_active", message, &proof)).observed("team_status", value.word());
    }
    if let Some(stale) = state.stale("The vault's team").or_else(|| status.stale("The team")) {
        return named(stale);
    }
    named(Judgement::compliant("team_associated", "An active approval team is associated.", &proof))
}
