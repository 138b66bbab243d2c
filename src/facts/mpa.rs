//! Multi-party approval: teams, their sessions and votes.
//!
//! Two event sources: calls (`multi-party-approval.amazonaws.com`) and asynchronous outcomes (`mpa.amazonaws.com`). Outcomes
//! are read from `serviceEventDetails`, never from the event's name: AWS documents a rejection as `SessionApproved`.

use super::words::{SessionState, TeamStatus};
use super::{About, Approver, SessionSays, Sink, TeamSays};
use crate::arn::{AccountId, SessionArn, TeamArn};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Reads one record of either event source.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    match record.name.as_str() {
        "CreateApprovalTeam" => team_created(record, out),
        "UpdateApprovalTeam" => {
            if let Some(team) = record.request().text("arn").and_then(TeamArn::parse) {
                let mut says = team_says(record.request());
                says.update_asked = true;
                says.status = None;
                out.say(About::Team(team, Box::new(says)));
            }
        }
        "StartSession" => session_started(record, out),
        _ if record.details().get("teamStatus").is_some() => team_outcome(record, out),
        _ if record.details().get("sessionStatus").is_some() => session_outcome(record, out),
        _ => {}
    }
}

fn team_created(record: &Record, out: &mut Sink) {
    let Some(team) = record.response().text("arn").and_then(TeamArn::parse) else { return };
    let mut says = team_says(record.request());
    says.created = Some(record.response().time("creationTime").unwrap_or_else(|| out.time()));
    says.status = Some(TeamStatus::Pending);
    out.say(About::Team(team, Box::new(says)));
}

fn team_outcome(record: &Record, out: &mut Sink) {
    let Some(team) = record.resources().into_iter().find_map(TeamArn::parse) else { return };
    let details = record.details();
    let code = details.text("teamStatusCode").map(str::to_owned);
    let refused = code.as_deref().is_some_and(|code| code.starts_with("UPDATE_FAILED"));
    let taken = record.name == "TeamUpdateActivationSuccess";
    let says = TeamSays {
        status: details.text("teamStatus").map(TeamStatus::read),
        update_taken: if refused { Some(false) } else { taken.then_some(true) },
        code: Some(code),
        ..TeamSays::default()
    };
    out.say(About::Team(team, Box::new(says)));
}

/// What a team's members say, in a call's parameters and in `get-approval-team` alike.
fn team_says(node: Node<'_>) -> TeamSays {
    TeamSays {
        name: node.text("name").map(str::to_owned),
        status: node.text("status").map(TeamStatus::read),
        code: None,
        threshold: node.path(&["approvalStrategy", "mofN"]).and_then(|m| m.int("minApprovalsRequired")),
        approvers: node.list("approvers").and_then(|list| list.into_iter().map(approver).collect()),
        ..TeamSays::default()
    }
}

fn approver(node: Node<'_>) -> Option<Approver> {
    let mfa = node.list("MfaMethods").filter(|methods| !methods.is_empty());
    Some(Approver {
        identity: node.text("primaryIdentityId")?.to_owned(),
        status: node.text("primaryIdentityStatus").map(str::to_owned),
        last_activity: node.time("lastActivityTime"),
        mfa_in_sync: mfa.map(|methods| methods.iter().all(|m| m.text("SyncStatus") == Some("IN_SYNC"))),
    })
}

fn session_started(record: &Record, out: &mut Sink) {
    let request = record.request();
    let made = record.response().text("arn").and_then(SessionArn::parse);
    let Some(session) = made.or_else(|| record.resources().into_iter().find_map(SessionArn::parse)) else { return };
    let requested = request.time("initiationTime").unwrap_or(record.time);
    let minutes = request.int("durationMinutes").filter(|m| (1..=1_000_000).contains(m));
    let says = SessionSays {
        team: request.text("approvalTeamArn").and_then(TeamArn::parse).or_else(|| session.team()),
        action: request.text("actionName").map(str::to_owned),
        resource: request.text("protectedResourceArn").map(str::to_owned),
        requested: Some(requested),
        requester: record.actor.account.clone(),
        requester_principal: Some(record.actor.principal.clone()).filter(|p| p.starts_with("arn:")),
        expires: minutes.map(|m| requested + chrono::Duration::minutes(m)),
        state: Some(SessionState { status: "PENDING".into(), code: None }),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

fn session_outcome(record: &Record, out: &mut Sink) {
    let Some(session) = record.resources().into_iter().find_map(SessionArn::parse) else { return };
    let details = record.details();
    let Some(status) = details.text("sessionStatus").map(str::to_owned) else { return };
    let says = SessionSays {
        team: session.team(),
        state: Some(SessionState { status, code: details.text("sessionStatusCode").map(str::to_owned) }),
        approved_by: voters(details, "approvedBy"),
        rejected_by: voters(details, "rejectedBy"),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

/// `identityStoreArn/userId,identityStoreArn/userId` → the user ids; `None` where the member is absent.
fn voters(details: Node<'_>, key: &str) -> Option<Vec<String>> {
    let joined = details.get(key)?.0.as_str()?;
    let ids = joined.split(',').map(str::trim).filter(|v| !v.is_empty());
    Some(ids.map(|v| v.rsplit('/').next().unwrap_or(v).to_owned()).collect())
}

/// Reads one row of an `aws mpa` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "mpa list-approval-teams" | "mpa get-approval-team" => {
            let Some(team) = row.text("Arn").map(TeamArn::new) else { return };
            let mut says = team_says(row);
            says.created = row.time("CreationTime");
            says.code = says.status.is_some().then(|| row.text("StatusCode").map(str::to_owned));
            out.say(About::Team(team, Box::new(says)));
        }
        "mpa list-sessions" | "mpa get-session" => session_row(row, out),
        _ => {}
    }
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
    let says = SessionSays {
        team: row.text("ApprovalTeamArn").and_then(TeamArn::parse).or_else(|| session.team()),
        action: row.text("ActionName").map(str::to_owned),
        resource: row.text("ProtectedResourceArn").map(str::to_owned),
        requested: row.time("InitiationTime"),
        requester: row.text("RequesterAccountId").and_then(AccountId::parse),
        requester_principal: row.text("RequesterPrincipalArn").map(str::to_owned),
        expires: row.time("ExpirationTime"),
        state: None,
        approved_by: who("APPROVED"),
        rejected_by: who("REJECTED"),
        threshold: row.path(&["ApprovalStrategy", "MofN"]).and_then(|m| m.int("MinApprovalsRequired")),
        execution: row.text("ExecutionStatus").map(str::to_owned),
    };
    // The outcome came at completion, not when the snapshot was taken.
    let at = row.time("CompletionTime").unwrap_or_else(|| out.time());
    out.say_at(at, About::Session(session, Box::new(SessionSays { state, ..says })));
}
