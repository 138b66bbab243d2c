//! Approval teams as subjects: which they are, and what is answered before a judge need look.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::facts::words::TeamStatus;
use crate::instant;
use crate::world::approval::{Session, Team};
use chrono::Duration;

/// A session is begun by the call that asks for it.
pub const SAME_REQUEST: Duration = Duration::minutes(10);

/// Every known team in scope.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let teams = context.world.teams.values().filter(|team| scope.holds(team.arn.account().as_ref(), None));
    teams.map(|team| Subject::team(&team.arn, team.name.as_ref())).collect()
}

/// The team behind a subject.
pub fn team<'w>(subject: &Subject, view: &View<'w>) -> Option<&'w Team> {
    let Key::Team(arn) = &subject.key else { return None };
    view.of.world.teams.get(arn)
}

/// Not there yet, or deleted.
pub fn lifetime(team: &Team, view: &View<'_>) -> Option<Judgement> {
    if let Some(created) = team.created.filter(|created| !view.is_past(*created)) {
        let message = format!("The team was created at {}.", instant::show(created));
        return Some(Judgement::not_applicable("not_yet_created", message));
    }
    let gone = view.look(&team.status).filter(|span| span.value == Some(TeamStatus::Deleted))?;
    let message = format!("The team was deleted at {}.", instant::show(gone.from));
    Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
}

/// What shows a session: that it was begun, about what, and what became of it.
pub fn session_shown(session: &Session) -> Option<Proof> {
    let told = [session.action.as_ref().map(|(_, by)| *by), session.resource.as_ref().map(|(_, by)| *by)];
    let begun = [session.requested.map(|(_, by)| by), session.state.spans().last().map(|span| span.evidence)];
    let all = told.into_iter().chain(begun).flatten();
    Proof::all(all.map(|evidence| (evidence, "session about it".to_owned())))
}
