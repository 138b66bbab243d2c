//! What `aws mpa` shows: teams, sessions, identity sources, policies on teams.

use super::{approvers, source_says, team_says, threshold};
use crate::arn::{AccountId, Region, SessionArn, TeamArn, from_file_name};
use crate::facts::words::{SessionState, SourceStatus, TeamStatus};
use crate::facts::{About, Answer, Draft, SessionSays, Sink, SourceSays, TeamPolicy, TeamSays};
use crate::ingest::inventory::Observation;
use crate::record::node::Node;

/// Reads one row of an `aws mpa` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "mpa list-approval-teams" => team_row(row, false, out),
        "mpa get-approval-team" => team_row(row, true, out),
        "mpa list-sessions" | "mpa get-session" => session_row(row, out),
        "mpa list-identity-sources" | "mpa get-identity-source" => source_row(row, out),
        "mpa list-resource-policies" | "mpa get-resource-policy" => policy_row(observation, out),
        _ => {}
    }
}

/// `get-approval-team` leaves a pending update out where there is none; `list-approval-teams` always does.
fn team_row(row: Node<'_>, whole: bool, out: &mut Sink) {
    let Some(team) = row.text("Arn").map(TeamArn::new) else { return };
    let session = row.text("UpdateSessionArn").and_then(|arn| arn.rsplit('/').next());
    let mut says = TeamSays { created: row.time("CreationTime"), ..team_says(row) };
    let written = says.status.is_some();
    says.code = written.then(|| row.text("StatusCode").map(str::to_owned));
    says.message = written.then(|| row.text("StatusMessage").map(str::to_owned));
    says.draft = whole.then(|| row.get("PendingUpdate").map(draft));
    says.update_session = session.map(str::to_owned);
    out.say(About::Team(team, Box::new(says)));
}

fn draft(node: Node<'_>) -> Draft {
    Draft {
        version: node.text("VersionId").map(str::to_owned),
        threshold: threshold(node),
        approvers: approvers(node),
        status: node.text("Status").map(TeamStatus::read),
        code: node.text("StatusCode").map(str::to_owned),
        message: node.text("StatusMessage").map(str::to_owned),
        asked: node.time("UpdateInitiationTime"),
    }
}

fn source_row(row: Node<'_>, out: &mut Sink) {
    let Some(arn) = row.text("IdentitySourceArn").map(str::to_owned) else { return };
    let status = row.text("Status").map(SourceStatus::read);
    let says = SourceSays {
        created: row.time("CreationTime"),
        kind: row.text("IdentitySourceType").map(str::to_owned),
        code: status.as_ref().map(|_| row.text("StatusCode").map(str::to_owned)),
        status,
        ..source_says(row)
    };
    out.say(About::IdentitySource(arn, Box::new(says)));
}

/// The rows of a list do not say on which team: the file's name does.
fn policy_row(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let named = || {
        let (front, name) = from_file_name(observation.qualifier.as_deref()?, "_approval-team_")?;
        TeamArn::parse(&format!("{front}:approval-team/{name}"))
    };
    let Some(team) = row.text("ResourceArn").and_then(TeamArn::parse).or_else(named) else { return };
    let listed = observation.operation == "mpa list-resource-policies";
    let mut says = TeamSays { all_resource_policies: listed && observation.whole_list, ..TeamSays::default() };
    if let Some(name) = row.text("PolicyName") {
        let policy = TeamPolicy {
            kind: row.text("PolicyType").map(str::to_owned),
            arn: row.text("PolicyVersionArn").or_else(|| row.text("PolicyArn")).map(str::to_owned),
            document: row.text("PolicyDocument").map(str::to_owned),
        };
        says.resource_policies = vec![(name.to_owned(), Some(policy))];
    }
    out.say(About::Team(team, Box::new(says)));
}

fn session_row(row: Node<'_>, out: &mut Sink) {
    let Some(session) = row.text("SessionArn").and_then(SessionArn::parse) else { return };
    let answers = row.list("ApproverResponses");
    let who = |response: &str| -> Option<Vec<String>> {
        let given = answers.as_ref()?.iter().filter(|a| a.text("Response") == Some(response));
        Some(given.filter_map(|a| a.text("IdentityId").map(str::to_owned)).collect())
    };
    let state = row
        .text("Status")
        .map(|status| SessionState { status: status.to_owned(), code: row.text("StatusCode").map(str::to_owned) });
    let text = |key: &str| row.text(key).map(str::to_owned);
    let requirements = row.texts("AdditionalSecurityRequirements");
    let says = SessionSays {
        team: row.text("ApprovalTeamArn").and_then(TeamArn::parse).or_else(|| session.team()),
        action: text("ActionName"),
        resource: text("ProtectedResourceArn"),
        requested: row.time("InitiationTime"),
        requester: row.text("RequesterAccountId").and_then(AccountId::parse),
        requester_principal: text("RequesterPrincipalArn"),
        requester_region: row.text("RequesterRegion").map(Region::new),
        requester_service: text("RequesterServicePrincipal"),
        comment: text("RequesterComment"),
        expires: row.time("ExpirationTime"),
        completed: row.time("CompletionTime"),
        state,
        message: text("StatusMessage"),
        approved_by: who("APPROVED"),
        rejected_by: who("REJECTED"),
        silent: who("NO_RESPONSE"),
        votes: answers.unwrap_or_default().into_iter().filter_map(vote).collect(),
        threshold: threshold(row),
        approvers: row.int("NumberOfApprovers"),
        requirements: requirements.map(|list| list.into_iter().map(str::to_owned).collect()),
        execution: text("ExecutionStatus"),
        cancelled_by: None,
    };
    // The outcome came at completion, not when the snapshot was taken.
    let at = says.completed.unwrap_or_else(|| out.time());
    out.say_at(at, About::Session(session, Box::new(says)));
}

/// A vote that was given; `NO_RESPONSE` is none.
fn vote(answer: Node<'_>) -> Option<Answer> {
    let response = answer.text("Response").filter(|word| *word != "NO_RESPONSE")?;
    Some(Answer {
        identity: answer.text("IdentityId").map(str::to_owned),
        response: Some(response.to_owned()),
        at: answer.time("ResponseTime"),
    })
}
