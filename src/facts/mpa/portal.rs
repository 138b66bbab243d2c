//! The calls that approvers make in the approval portal: votes and answers to invitations.
//!
//! AWS logs these calls and documents neither their parameters nor a sample. The names that the SDK has for the same things
//! are looked for; what is not found is unknown, and that somebody answered is kept all the same.

use super::{session_of, team_of};
use crate::arn::TeamArn;
use crate::facts::{About, Answer, SessionSays, Sink, TeamSays};
use crate::record::Record;
use crate::record::node::Node;

/// `UpdateSessionForApprover`: a vote.
pub(super) fn vote(record: &Record, out: &mut Sink) {
    let Some(session) = session_of(record) else { return };
    let votes = vec![answer(record, &["response", "sessionResponse", "vote", "approverResponse", "decision"])];
    let says = SessionSays { team: session.team(), votes, ..SessionSays::default() };
    out.say(About::Session(session, Box::new(says)));
}

/// `UpdateInvitationForApprover`: an answer to the invitation to a team.
pub(super) fn invitation(record: &Record, out: &mut Sink) {
    let named = record.request().text("approvalTeamArn").and_then(TeamArn::parse);
    let Some(team) = named.or_else(|| team_of(record)) else { return };
    let given = answer(record, &["response", "invitationResponse", "status", "decision", "action"]);
    out.say(About::Team(team, Box::new(TeamSays { answer: Some(given), ..TeamSays::default() })));
}

fn answer(record: &Record, keys: &[&str]) -> Answer {
    let request = record.request();
    let said = keys.iter().find_map(|key| request.text(key)).map(str::to_ascii_uppercase);
    let response = said.map(|word| match word.as_str() {
        "APPROVE" => "APPROVED".to_owned(),
        "REJECT" | "DECLINE" | "DECLINED" => "REJECTED".to_owned(),
        "ACCEPT" => "ACCEPTED".to_owned(),
        _ => word,
    });
    // The caller is an Identity Center user; who it is stands in `onBehalfOf`, or in the parameters.
    let named = ["primaryIdentityId", "identityId", "userId"].iter().find_map(|key| request.text(key));
    let user = record.actor.identity_store_user.clone();
    let identity = user.or_else(|| named.map(str::to_owned)).or_else(|| subject(request));
    Answer { identity, response, at: Some(record.time) }
}

/// `additionalIdentity` and the like: `<identityStoreArn>/<userId>` as voters are written in service events.
fn subject(request: Node<'_>) -> Option<String> {
    let text = request.text("approver")?;
    Some(text.rsplit('/').next().unwrap_or(text).to_owned())
}
