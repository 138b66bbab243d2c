//! Approval teams as subjects: which they are, and what is answered before a judge need look.

use super::judgement::Judgement;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::facts::words::TeamStatus;
use crate::instant;
use crate::world::approval::Team;

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
